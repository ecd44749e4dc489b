#include "cpu/tiles_amx.h"

#include "cpu/tile_kernels.h"

namespace ldct {
namespace cpu {
namespace {

template <int TERMS>
void use(Kernels& kernels) {
  kernels.operand_bytes = TERMS * operand_plane * static_cast<int64_t>(sizeof(Bf16));
  kernels.pack = TileConvolution<TERMS>::pack;
  kernels.layer1 = TileConvolution<TERMS>::layer1;
  kernels.layer2 = TileConvolution<TERMS>::layer2;
  kernels.layer2_data_gradient = TileConvolution<TERMS>::layer2_data_gradient;
  kernels.layer2_weight_gradient = TileWeightGradient<TERMS>::layer2;
  kernels.layer1_weight_gradient = TileWeightGradient<TERMS>::layer1;
}

}  // namespace

void use_tiles(int terms, Kernels& kernels) {
  switch (terms) {
    case 1:
      kernels.name = "amx bf16";
      return use<1>(kernels);
    case 2:
      kernels.name = "amx bf16x3";
      return use<2>(kernels);
    default:
      kernels.name = "amx bf16x6";
      return use<3>(kernels);
  }
}

}  // namespace cpu
}  // namespace ldct
