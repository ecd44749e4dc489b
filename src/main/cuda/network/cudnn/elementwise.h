// What surrounds cuDNN's convolutions: layouts, biases, ReLU gates and the loss. T is float or __nv_bfloat16 and is what
// activations are held in; tensors are channels-last, [n][row][column][channel]. Sums are taken in a fixed order.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstdint>

namespace ldct::cuda::cudnn {

// Doubles that the sums of bias gradients and of the loss need as scratch.
constexpr int sum_blocks = 128;
constexpr int sum_scratch = sum_blocks * 64;

template <class T>
void convert(cudaStream_t stream, const float* values, T* converted, int64_t count);

// Weights from state_dict order to channels-last, every tensor beginning where it did.
template <class T>
void pack_weights(cudaStream_t stream, const float* parameters, T* packed);

// The reverse for their gradients; the gradients of biases are left alone.
template <class T>
void unpack_weight_gradients(cudaStream_t stream, const T* packed, float* gradients);

// values = relu(values + bias), NaN stays NaN.
template <class T>
void add_bias_relu(cudaStream_t stream, T* values, const float* bias, int channels, int64_t count);

// output = values + bias[0] for the one channel of the last layer.
template <class T>
void add_last_bias(cudaStream_t stream, const T* values, const float* bias, float* output, int64_t count);

// loss [1] = mean of (output - target)^2, delta its gradient, bias_gradient [1] the sum of that.
template <class T>
void loss_gradient(cudaStream_t stream, const float* output, const float* target, int64_t count, T* delta,
                   double* scratch, float* loss, float* bias_gradient);

// gradient = 0 where relu gave 0.
template <class T>
void gate(cudaStream_t stream, const T* activation, T* gradient, int64_t count);

// bias_gradient [channels] = sums of delta over positions. channels divides 256 and is at most 64.
template <class T>
void bias_gradient(cudaStream_t stream, const T* delta, int64_t positions, int channels, double* scratch,
                   float* bias_gradient);

}  // namespace ldct::cuda::cudnn
