// Layer 2's kernels: four rows at a time by winograd.h. Included by rows.inl.

namespace ldct {
namespace cpu {
namespace {

constexpr Step layer2_floats(Step blocks) {
  return components * (component_pitch(blocks, channels1) + component_pitch(blocks, channels2));
}
constexpr Step layer2_gradient_floats(Step blocks) { return layer2_floats(blocks) / 2; }

template <int INPUTS, int OUTPUTS>
void layer2(const WinogradRows& rows) {
  pieces_of_blocks(rows.width, [&](Step first, Step blocks) {
    const Step in_pitch = component_pitch(blocks, INPUTS), out_pitch = component_pitch(blocks, OUTPUTS);
    float* products = rows.scratch + components * in_pitch;
    input_components<INPUTS, 0, 1>(rows.in, block_edge * first, blocks, in_pitch, rows.scratch);
    for (int i = 0; i < components; i++) {
      ConvolutionRow product{};
      product.tap_rows = 1;
      product.in[0] = rows.scratch + i * in_pitch;
      product.weights[0] = rows.weights + i * component_pitch2;
      product.width = blocks;
      product.out = products + i * out_pitch;
      Convolution<INPUTS, INPUTS, OUTPUTS>::run(product);
    }
    store_blocks<OUTPUTS, OUTPUTS>(rows, products, out_pitch, block_edge * first, blocks, 0);
  });
}

// Half of the components at a time: twice as many blocks find room. Vectors are of input channels, of which there are more, so
// that more of them share an output channel's gradient; the sums are transposed in the end.
template <int HALF>
void add_half_of_gradient(const WinogradGradientRows& rows, Step first, Step blocks) {
  const Step in_pitch = component_pitch(blocks, channels1), delta_pitch = component_pitch(blocks, channels2);
  float* deltas = rows.scratch + half_components * in_pitch;
  shares_of_rows(blocks_of(rows.width), first, blocks, [&](int group, Step at, Step count, Step before) {
    input_components<channels1, HALF>(rows.in[group], block_edge * at, count, in_pitch, rows.scratch + before * channels1);
    half_of_gradient_components<channels2, HALF>(rows.delta[group], block_edge * at, count, delta_pitch,
                                                 deltas + before * channels2);
  });
  if constexpr (HALF == sum_component / half_components) {
    add_blocks(deltas + sum_component % half_components * delta_pitch, blocks, channels2, rows.bias_gradient);
  }
  for (int i = 0; i < half_components; i++) {
    WeightGradientRow product{};
    product.tap_rows = 1;
    product.in[0] = deltas + i * delta_pitch;
    product.gradient[0] = rows.gradient + (HALF * half_components + i) * component_pitch2;
    product.delta = rows.scratch + i * in_pitch;
    product.first = rows.first && first == 0;
    product.width = blocks;
    WeightGradient<channels2, channels2, channels1>::run(product);
  }
}

void layer2_weight_gradient(const WinogradGradientRows& rows) {
  balanced_pieces(rows.groups * blocks_of(rows.width), most_gradient_blocks, [&](Step first, Step blocks) {
    add_half_of_gradient<0>(rows, first, blocks);
    add_half_of_gradient<1>(rows, first, blocks);
  });
}

void transform_weights2(const float* weights2, WinogradWeights& to) {
  each_square2(weights2, [&](Step in, Step out, const auto& taps, const auto& turned) {
    for (Step i = 0; i < WIDTH; i++) {
      const Step at = (in + i) * channels2 + out;
      store_kernel_components(taps, at, to.layer2 + at, component_pitch2);
    }
    for (Step o = 0; o < WIDTH; o++) {
      store_kernel_components(turned, o * WIDTH, to.data_gradient2 + (out + o) * channels1 + in, component_pitch2);
    }
  });
}

// From sums [component][channels2][channels1].
void add_weight_gradient2(const float* sums, float* weights2) {
  alignas(64) float gradient[kernel2 * kernel2][WIDTH * WIDTH], transposed[WIDTH * WIDTH];
  for (Step in = 0; in < channels1; in += WIDTH) {
    for (Step out = 0; out < channels2; out += WIDTH) {
      for (Step o = 0; o < WIDTH; o++) {
        Vector taps[3][3];
        Winograd::kernel_gradient(sums + (out + o) * channels1 + in, component_pitch2, taps);
        for (int tap = 0; tap < kernel2 * kernel2; tap++) {
          store(gradient[tap] + o * WIDTH, taps[tap / 3][tap % 3]);
        }
      }
      for (int tap = 0; tap < kernel2 * kernel2; tap++) {
        transpose_square(gradient[tap], WIDTH, transposed, WIDTH);
        for (Step i = 0; i < WIDTH; i++) {
          float* at = weights2 + tap * component_weights2 + (in + i) * channels2 + out;
          store(at, load(at) + load(transposed + i * WIDTH));
        }
      }
    }
  }
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
