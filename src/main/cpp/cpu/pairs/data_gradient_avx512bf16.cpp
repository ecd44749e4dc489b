// Gradients of the inputs of layers 3 and 2.
#include "cpu/pairs/convolution.inl"
#include "cpu/pairs/winograd.inl"

namespace ldct {
namespace cpu {
namespace pairs {

void layer3_data_gradient(const Convolution& row) { OneChannel<Gated, tap_pairs3, channels2>::run(row); }

void layer2_data_gradient(const LayerRows& layer) { Products<Gated, channels2, channels1>::run(layer); }

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
