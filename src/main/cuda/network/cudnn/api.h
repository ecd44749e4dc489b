// The part of cuDNN 9's C interface that the network uses, declared here so that it builds without cuDNN's headers and
// loads without the library. C passes enumerations as int, so they are plain numbers here; where a cudnn.h is found, a test
// compares every value, structure and signature with it.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

namespace ldct::cuda::cudnn {

// Opaque objects of the library.
struct Context;
struct Tensor;
struct Filter;
struct Convolution;
struct Activation;

using Status = int;
constexpr Status success = 0;
constexpr Status category_unsupported = 3000, host_allocation_failed = 4003, device_allocation_failed = 4004;
constexpr Status category(Status status) { return status / 1000 * 1000; }

constexpr int float32 = 0, bfloat16 = 9;                          // data types
constexpr int channels_last = 1;                                  // tensor format
constexpr int cross_correlation = 1;                              // what neural networks call a convolution
constexpr int default_math = 0, tensor_math = 1, fma_math = 3;    // default_math lets float32 run as TF32
constexpr int deterministic = 1;
constexpr int relu = 1, propagate_nan = 1;
constexpr int forward_winograd = 6, forward_winograd_unfused = 7;  // algorithms that are not taken
constexpr int data_winograd = 4, data_winograd_unfused = 5;
constexpr int filter_winograd = 4, filter_winograd_unfused = 5;

// An algorithm of any of the three directions, as the library's heuristics rank them.
struct Candidate {
  int algorithm;
  Status status;
  float time;
  size_t memory;
  int determinism;
  int math;
  int reserved[3];
};

// Scaling factors alpha and beta are float, result = alpha * operation + beta * result.
struct Api {
  size_t (*version)();
  const char* (*error_string)(Status);
  void (*last_error)(char* message, size_t capacity);

  Status (*create)(Context**);
  Status (*destroy)(Context*);
  Status (*set_stream)(Context*, cudaStream_t);

  Status (*create_tensor)(Tensor**);
  Status (*destroy_tensor)(Tensor*);
  Status (*set_tensor)(Tensor*, int format, int type, int n, int channels, int rows, int columns);
  Status (*create_filter)(Filter**);
  Status (*destroy_filter)(Filter*);
  Status (*set_filter)(Filter*, int type, int format, int outputs, int inputs, int rows, int columns);
  Status (*create_convolution)(Convolution**);
  Status (*destroy_convolution)(Convolution*);
  Status (*set_convolution)(Convolution*, int pad_rows, int pad_columns, int stride_rows, int stride_columns,
                            int dilation_rows, int dilation_columns, int mode, int type);
  Status (*set_math)(Convolution*, int math);
  Status (*create_activation)(Activation**);
  Status (*destroy_activation)(Activation*);
  Status (*set_activation)(Activation*, int mode, int nan, double coefficient);

  Status (*rank_forward)(Context*, const Tensor* x, const Filter* w, const Convolution*, const Tensor* y, int capacity,
                         int* count, Candidate*);
  Status (*rank_backward_data)(Context*, const Filter* w, const Tensor* dy, const Convolution*, const Tensor* dx,
                               int capacity, int* count, Candidate*);
  Status (*rank_backward_filter)(Context*, const Tensor* x, const Tensor* dy, const Convolution*, const Filter* dw,
                                 int capacity, int* count, Candidate*);

  Status (*forward)(Context*, const void* alpha, const Tensor*, const void* x, const Filter*, const void* w,
                    const Convolution*, int algorithm, void* workspace, size_t bytes, const void* beta, const Tensor*,
                    void* y);
  // y = activation(alpha * convolution + alpha2 * z + bias)
  Status (*forward_activated)(Context*, const void* alpha, const Tensor*, const void* x, const Filter*, const void* w,
                              const Convolution*, int algorithm, void* workspace, size_t bytes, const void* alpha2,
                              const Tensor*, const void* z, const Tensor*, const void* bias, const Activation*,
                              const Tensor*, void* y);
  Status (*backward_data)(Context*, const void* alpha, const Filter*, const void* w, const Tensor*, const void* dy,
                          const Convolution*, int algorithm, void* workspace, size_t bytes, const void* beta,
                          const Tensor*, void* dx);
  Status (*backward_filter)(Context*, const void* alpha, const Tensor*, const void* x, const Tensor*, const void* dy,
                            const Convolution*, int algorithm, void* workspace, size_t bytes, const void* beta,
                            const Filter*, void* dw);
};

// Opens the library on the first call. Throws Error(LDCT_UNSUPPORTED) with where it was looked for.
const Api& api();

// Throws Error unless the status is success: what was done, and cuDNN's own message.
void require(Status status, const char* doing);

}  // namespace ldct::cuda::cudnn
