#include "network/cudnn/elementwise.h"

#include <utility>

#include "ldct.h"
#include "network/check.h"
#include "network/cudnn/layers.h"

namespace ldct::cuda::cudnn {
namespace {

constexpr int threads = 256;

template <class... Parameters, class... Arguments>
void launch(cudaStream_t stream, int64_t blocks, void (*kernel)(Parameters...), Arguments&&... arguments) {
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(blocks));
  config.blockDim = dim3(threads);
  config.stream = stream;
  check(cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...), "starting a kernel beside cuDNN");
}

// One thread an element, fewer where there are very many: kernels stride over the rest.
int64_t blocks_for(int64_t count) {
  int64_t blocks = (count + threads - 1) / threads;
  return blocks < 65536 ? blocks : 65536;
}

int64_t sum_blocks_for(int64_t count) {
  int64_t blocks = (count + threads - 1) / threads;
  return blocks < sum_blocks ? blocks : sum_blocks;
}

__device__ inline float widen(float value) { return value; }
__device__ inline float widen(__nv_bfloat16 value) { return __bfloat162float(value); }
__device__ inline void narrow(float value, float* to) { *to = value; }
__device__ inline void narrow(float value, __nv_bfloat16* to) { *to = __float2bfloat16_rn(value); }

__device__ inline int64_t first_index() { return int64_t{blockIdx.x} * threads + threadIdx.x; }
__device__ inline int64_t stride() { return int64_t{gridDim.x} * threads; }

template <class T>
__global__ void convert_kernel(const float* values, T* converted, int64_t count) {
  for (int64_t i = first_index(); i < count; i += stride()) {
    narrow(values[i], &converted[i]);
  }
}

// Where the weight at i (output, input, row, column) lies in channels-last order; -1 for a bias.
__device__ inline int packed_index(int i) {
  constexpr LayerForm form[3] = {forms[0], forms[1], forms[2]};
  for (int l = 0; l < 3; l++) {
    if (i >= form[l].weights && i < form[l].bias) {
      int taps = form[l].kernel * form[l].kernel, within = i - form[l].weights;
      int tap = within % taps, input = within / taps % form[l].inputs, output = within / taps / form[l].inputs;
      return form[l].weights + (output * taps + tap) * form[l].inputs + input;
    }
  }
  return -1;
}

template <class T>
__global__ void pack_kernel(const float* parameters, T* packed) {
  int i = static_cast<int>(first_index()), to = packed_index(i);
  if (i < LDCT_PARAMETER_COUNT && to >= 0) {
    narrow(parameters[i], &packed[to]);
  }
}

template <class T>
__global__ void unpack_kernel(const T* packed, float* gradients) {
  int i = static_cast<int>(first_index()), from = packed_index(i);
  if (i < LDCT_PARAMETER_COUNT && from >= 0) {
    gradients[i] = widen(packed[from]);
  }
}

template <class T>
__global__ void bias_relu_kernel(T* values, const float* bias, int channels, int64_t count) {
  for (int64_t i = first_index(); i < count; i += stride()) {
    float sum = widen(values[i]) + bias[i % channels];
    narrow(sum < 0 ? 0.0f : sum, &values[i]);
  }
}

template <class T>
__global__ void last_bias_kernel(const T* values, const float* bias, float* output, int64_t count) {
  for (int64_t i = first_index(); i < count; i += stride()) {
    output[i] = widen(values[i]) + bias[0];
  }
}

template <class T>
__global__ void gate_kernel(const T* activation, T* gradient, int64_t count) {
  for (int64_t i = first_index(); i < count; i += stride()) {
    if (widen(activation[i]) <= 0) {
      narrow(0.0f, &gradient[i]);
    }
  }
}

/*
 * Adds up value over the block's threads that agree in threadIdx.x % groups, pairwise in a fixed order; the first
 * `groups` threads get the sums.
 */
__device__ inline double block_sum(double value, int groups) {
  __shared__ double sums[threads];
  sums[threadIdx.x] = value;
  __syncthreads();
  for (int half = threads / 2; half >= groups; half /= 2) {
    if (static_cast<int>(threadIdx.x) < half) {
      sums[threadIdx.x] += sums[threadIdx.x + half];
    }
    __syncthreads();
  }
  double sum = sums[threadIdx.x];
  __syncthreads();
  return sum;
}

// scratch [2][blocks]: sums of squared differences and of differences.
template <class T>
__global__ void loss_kernel(const float* output, const float* target, int64_t count, T* delta, double* scratch) {
  double squares = 0, differences = 0;
  for (int64_t i = first_index(); i < count; i += stride()) {
    float difference = output[i] - target[i];
    squares += static_cast<double>(difference) * difference;
    differences += difference;
    narrow(static_cast<float>(2.0 * difference / static_cast<double>(count)), &delta[i]);
  }
  squares = block_sum(squares, 1);
  differences = block_sum(differences, 1);
  if (threadIdx.x == 0) {
    scratch[blockIdx.x] = squares;
    scratch[gridDim.x + blockIdx.x] = differences;
  }
}

__global__ void loss_total_kernel(const double* scratch, int blocks, int64_t count, float* loss, float* bias_gradient) {
  if (threadIdx.x == 0) {
    double squares = 0, differences = 0;
    for (int b = 0; b < blocks; b++) {
      squares += scratch[b];
      differences += scratch[blocks + b];
    }
    *loss = static_cast<float>(squares / static_cast<double>(count));
    *bias_gradient = static_cast<float>(2 * differences / static_cast<double>(count));
  }
}

// scratch [blocks][channels]. The stride is a multiple of the channels, so a thread stays with its channel.
template <class T>
__global__ void bias_kernel(const T* delta, int64_t count, int channels, double* scratch) {
  double sum = 0;
  for (int64_t i = first_index(); i < count; i += stride()) {
    sum += widen(delta[i]);
  }
  sum = block_sum(sum, channels);
  if (static_cast<int>(threadIdx.x) < channels) {
    scratch[blockIdx.x * channels + threadIdx.x] = sum;
  }
}

__global__ void bias_total_kernel(const double* scratch, int blocks, int channels, float* bias_gradient) {
  if (static_cast<int>(threadIdx.x) < channels) {
    double sum = 0;
    for (int b = 0; b < blocks; b++) {
      sum += scratch[b * channels + threadIdx.x];
    }
    bias_gradient[threadIdx.x] = static_cast<float>(sum);
  }
}

}  // namespace

template <class T>
void convert(cudaStream_t stream, const float* values, T* converted, int64_t count) {
  launch(stream, blocks_for(count), convert_kernel<T>, values, converted, count);
}

template <class T>
void pack_weights(cudaStream_t stream, const float* parameters, T* packed) {
  launch(stream, blocks_for(LDCT_PARAMETER_COUNT), pack_kernel<T>, parameters, packed);
}

template <class T>
void unpack_weight_gradients(cudaStream_t stream, const T* packed, float* gradients) {
  launch(stream, blocks_for(LDCT_PARAMETER_COUNT), unpack_kernel<T>, packed, gradients);
}

template <class T>
void add_bias_relu(cudaStream_t stream, T* values, const float* bias, int channels, int64_t count) {
  launch(stream, blocks_for(count), bias_relu_kernel<T>, values, bias, channels, count);
}

template <class T>
void add_last_bias(cudaStream_t stream, const T* values, const float* bias, float* output, int64_t count) {
  launch(stream, blocks_for(count), last_bias_kernel<T>, values, bias, output, count);
}

template <class T>
void loss_gradient(cudaStream_t stream, const float* output, const float* target, int64_t count, T* delta,
                   double* scratch, float* loss, float* bias_gradient) {
  int64_t blocks = sum_blocks_for(count);
  launch(stream, blocks, loss_kernel<T>, output, target, count, delta, scratch);
  launch(stream, 1, loss_total_kernel, scratch, static_cast<int>(blocks), count, loss, bias_gradient);
}

template <class T>
void gate(cudaStream_t stream, const T* activation, T* gradient, int64_t count) {
  launch(stream, blocks_for(count), gate_kernel<T>, activation, gradient, count);
}

template <class T>
void bias_gradient(cudaStream_t stream, const T* delta, int64_t positions, int channels, double* scratch,
                   float* bias_gradient) {
  int64_t count = positions * channels, blocks = sum_blocks_for(count);
  launch(stream, blocks, bias_kernel<T>, delta, count, channels, scratch);
  launch(stream, 1, bias_total_kernel, scratch, static_cast<int>(blocks), channels, bias_gradient);
}

#define LDCT_ELEMENTWISE(T)                                                                                       \
  template void convert(cudaStream_t, const float*, T*, int64_t);                                                 \
  template void pack_weights(cudaStream_t, const float*, T*);                                                     \
  template void unpack_weight_gradients(cudaStream_t, const T*, float*);                                          \
  template void add_bias_relu(cudaStream_t, T*, const float*, int, int64_t);                                      \
  template void add_last_bias(cudaStream_t, const T*, const float*, float*, int64_t);                             \
  template void loss_gradient(cudaStream_t, const float*, const float*, int64_t, T*, double*, float*, float*);    \
  template void gate(cudaStream_t, const T*, T*, int64_t);                                                        \
  template void bias_gradient(cudaStream_t, const T*, int64_t, int, double*, float*);
LDCT_ELEMENTWISE(float)
LDCT_ELEMENTWISE(__nv_bfloat16)

}  // namespace ldct::cuda::cudnn
