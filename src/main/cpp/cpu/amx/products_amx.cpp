#include "cpu/amx/products.h"

#include "cpu/amx/tile.h"

namespace ldct {
namespace cpu {
namespace amx {

int64_t tile_products(int64_t rounds) {
  configure_tiles();
  tile_zero<0>();
  tile_zero<1>();
  tile_zero<2>();
  tile_zero<3>();
  tile_zero<4>();
  tile_zero<5>();
  tile_zero<6>();
  tile_zero<7>();
  for (int64_t round = 0; round < rounds; round++) {
    tile_multiply<0, 6, 7>();
    tile_multiply<1, 6, 7>();
    tile_multiply<2, 6, 7>();
    tile_multiply<3, 6, 7>();
    tile_multiply<4, 6, 7>();
    tile_multiply<5, 6, 7>();
  }
  release_tiles();
  return rounds * 6 * 16 * 16 * 32;
}

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
