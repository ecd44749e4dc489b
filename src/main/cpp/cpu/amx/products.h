// The arithmetic limit of the tiles. Plain declarations: included by files of any instruction set.
#pragma once

#include <cstdint>

namespace ldct {
namespace cpu {
namespace amx {

// Tile products on six independent sums, again and again; how many multiply-adds there were.
int64_t tile_products(int64_t rounds);

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
