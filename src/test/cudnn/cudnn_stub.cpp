/*
 * Stands in for libcudnn.so.9 in host tests: the functions that the network uses, written from their definitions with
 * float64 loops over whatever the descriptors say. It refuses what real cuDNN would refuse or what breaks a promise
 * (shapes that do not fit, an algorithm or workspace other than it named, TF32 where fp32 was asked for). Test only.
 * LDCT_CUDNN_STUB=unfused declines the fused call, =broken fails every convolution.
 */
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "cuda_bf16.h"
#include "cuda_runtime.h"

namespace {

constexpr int bad_parameter = 2000, not_supported = 3000, execution_failed = 5000;
constexpr int good_algorithm = 1;
constexpr size_t good_memory = 1000;

struct Context {
  cudaStream_t stream = nullptr;
};
struct Tensor {
  int format, type, n, channels, rows, columns;
  size_t at(int i, int c, int y, int x) const {
    return format == 1 ? ((size_t(i) * rows + y) * columns + x) * channels + c
                       : ((size_t(i) * channels + c) * rows + y) * columns + x;
  }
  bool operator==(const Tensor& o) const {
    return format == o.format && type == o.type && n == o.n && channels == o.channels && rows == o.rows &&
           columns == o.columns;
  }
};
struct Filter {
  int type, format, outputs, inputs, rows, columns;
  size_t at(int o, int i, int y, int x) const {
    return format == 1 ? ((size_t(o) * rows + y) * columns + x) * inputs + i
                       : ((size_t(o) * inputs + i) * rows + y) * columns + x;
  }
};
struct Convolution {
  int pad_rows, pad_columns, mode, type, math;
};
struct Activation {
  int mode, nan;
};
struct Candidate {
  int algorithm, status;
  float time;
  size_t memory;
  int determinism, math, reserved[3];
};

std::string last_message;

int fail(int status, const char* message) {
  last_message = message;
  return status;
}

bool stub_is(const char* mode) {
  const char* set = std::getenv("LDCT_CUDNN_STUB");
  return set && std::strcmp(set, mode) == 0;
}

double load(int type, const void* memory, size_t i) {
  return type == 9 ? __bfloat162float(static_cast<const __nv_bfloat16*>(memory)[i])
                   : static_cast<const float*>(memory)[i];
}
void store(int type, void* memory, size_t i, double value) {
  if (type == 9) {
    static_cast<__nv_bfloat16*>(memory)[i] = __float2bfloat16_rn(static_cast<float>(value));
  } else {
    static_cast<float*>(memory)[i] = static_cast<float>(value);
  }
}
// What the tensor cores make of a float32 operand unless they are told not to.
double operand(const Convolution& c, int type, const void* memory, size_t i) {
  double value = load(type, memory, i);
  if (type == 9 || c.math == 3) {
    return value;
  }
  unsigned bits = __float_as_uint(static_cast<float>(value));
  return __uint_as_float((bits + 0x1000u) & ~0x1fffu);
}

int form_problem(const Tensor& x, const Filter& w, const Convolution& c, const Tensor& y) {
  if (c.mode != 1 || c.type != 0) return fail(bad_parameter, "not a cross-correlation summed in float32");
  if (x.type != w.type || x.type != y.type || x.format != w.format || x.format != y.format) {
    return fail(bad_parameter, "types or layouts differ");
  }
  if (w.inputs != x.channels || w.outputs != y.channels || x.n != y.n) return fail(bad_parameter, "channels differ");
  if (y.rows != x.rows + 2 * c.pad_rows - w.rows + 1 || y.columns != x.columns + 2 * c.pad_columns - w.columns + 1) {
    return fail(bad_parameter, "sizes differ");
  }
  return 0;
}

int call_problem(const Tensor& x, const Filter& w, const Convolution& c, const Tensor& y, int algorithm,
                 void* workspace, size_t bytes, const void* alpha, const void* beta) {
  if (stub_is("broken")) return fail(execution_failed, "the stub was told to fail");
  if (algorithm != good_algorithm) return fail(bad_parameter, "this algorithm was not to be taken");
  if (bytes < good_memory || !workspace) return fail(bad_parameter, "the workspace is too small");
  if (*static_cast<const float*>(alpha) != 1 || *static_cast<const float*>(beta) != 0) {
    return fail(not_supported, "only alpha 1 and beta 0");
  }
  return form_problem(x, w, c, y);
}

// visit(place in x, place in w, place in y) for every product of the convolution
template <class Visit>
void for_each_product(const Tensor& x, const Filter& w, const Convolution& c, const Tensor& y, const Visit& visit) {
  for (int n = 0; n < y.n; n++)
    for (int o = 0; o < w.outputs; o++)
      for (int row = 0; row < y.rows; row++)
        for (int column = 0; column < y.columns; column++)
          for (int ky = 0; ky < w.rows; ky++)
            for (int kx = 0; kx < w.columns; kx++) {
              int from_row = row + ky - c.pad_rows, from_column = column + kx - c.pad_columns;
              if (from_row < 0 || from_row >= x.rows || from_column < 0 || from_column >= x.columns) continue;
              for (int i = 0; i < w.inputs; i++) {
                visit(x.at(n, i, from_row, from_column), w.at(o, i, ky, kx), y.at(n, o, row, column));
              }
            }
}

size_t size_of(const Tensor& t) { return size_t(t.n) * t.channels * t.rows * t.columns; }
size_t size_of(const Filter& f) { return size_t(f.outputs) * f.inputs * f.rows * f.columns; }

int enqueue(Context* context, std::function<void()> work) {
  cudaLaunchConfig_t config;
  config.stream = context->stream;
  static const char kernel = 0;
  return emulation::launch(&kernel, config, std::move(work)) == cudaSuccess ? 0 : fail(execution_failed, "not launched");
}

void store_all(int type, void* memory, const std::vector<double>& values) {
  for (size_t i = 0; i < values.size(); i++) store(type, memory, i, values[i]);
}

// In the order of liking: not repeatable, failing, by Winograd, too large, good.
int rank(int problem, int winograd, const Convolution& c, int capacity, int* count, Candidate* candidates) {
  if (problem) return problem;
  const Candidate all[] = {{0, 0, 1, 0, 0, c.math, {}},
                           {2, not_supported, 2, 0, 1, c.math, {}},
                           {winograd, 0, 3, 0, 1, c.math, {}},
                           {good_algorithm, 0, 4, size_t{1} << 40, 1, c.math, {}},
                           {good_algorithm, 0, 5, good_memory, 1, 0, {}}};
  *count = 0;
  for (const Candidate& candidate : all) {
    if (*count < capacity) candidates[(*count)++] = candidate;
  }
  return 0;
}

std::vector<double> convolve(const Tensor& xd, const void* x, const Filter& wd, const void* w, const Convolution& c,
                             const Tensor& yd) {
  std::vector<double> y(size_of(yd));
  for_each_product(xd, wd, c, yd, [&](size_t i, size_t k, size_t o) {
    y[o] += operand(c, xd.type, x, i) * operand(c, wd.type, w, k);
  });
  return y;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

size_t cudnnGetVersion() { return 91700; }
const char* cudnnGetErrorString(int status) {
  return status == execution_failed ? "CUDNN_STATUS_EXECUTION_FAILED" : "CUDNN_STATUS_OF_THE_STUB";
}
void cudnnGetLastErrorString(char* message, size_t capacity) {
  std::strncpy(message, last_message.c_str(), capacity - 1);
  message[capacity - 1] = 0;
}

int cudnnCreate(Context** made) { return *made = new Context(), 0; }
int cudnnDestroy(Context* context) { return delete context, 0; }
int cudnnSetStream(Context* context, cudaStream_t stream) { return context->stream = stream, 0; }

int cudnnCreateTensorDescriptor(Tensor** made) { return *made = new Tensor(), 0; }
int cudnnDestroyTensorDescriptor(Tensor* tensor) { return delete tensor, 0; }
int cudnnSetTensor4dDescriptor(Tensor* t, int format, int type, int n, int channels, int rows, int columns) {
  if (n < 1 || channels < 1 || rows < 1 || columns < 1) return fail(bad_parameter, "an empty tensor");
  *t = {format, type, n, channels, rows, columns};
  return 0;
}
int cudnnCreateFilterDescriptor(Filter** made) { return *made = new Filter(), 0; }
int cudnnDestroyFilterDescriptor(Filter* filter) { return delete filter, 0; }
int cudnnSetFilter4dDescriptor(Filter* f, int type, int format, int outputs, int inputs, int rows, int columns) {
  *f = {type, format, outputs, inputs, rows, columns};
  return 0;
}
int cudnnCreateConvolutionDescriptor(Convolution** made) { return *made = new Convolution(), 0; }
int cudnnDestroyConvolutionDescriptor(Convolution* convolution) { return delete convolution, 0; }
int cudnnSetConvolution2dDescriptor(Convolution* c, int pad_rows, int pad_columns, int stride_rows, int stride_columns,
                                    int dilation_rows, int dilation_columns, int mode, int type) {
  if (stride_rows != 1 || stride_columns != 1 || dilation_rows != 1 || dilation_columns != 1) {
    return fail(not_supported, "only dense convolutions");
  }
  *c = {pad_rows, pad_columns, mode, type, 0};
  return 0;
}
int cudnnSetConvolutionMathType(Convolution* c, int math) { return c->math = math, 0; }
int cudnnCreateActivationDescriptor(Activation** made) { return *made = new Activation(), 0; }
int cudnnDestroyActivationDescriptor(Activation* activation) { return delete activation, 0; }
int cudnnSetActivationDescriptor(Activation* a, int mode, int nan, double) {
  *a = {mode, nan};
  return 0;
}

int cudnnGetConvolutionForwardAlgorithm_v7(Context*, const Tensor* x, const Filter* w, const Convolution* c,
                                           const Tensor* y, int capacity, int* count, Candidate* candidates) {
  return rank(form_problem(*x, *w, *c, *y), 6, *c, capacity, count, candidates);
}
int cudnnGetConvolutionBackwardDataAlgorithm_v7(Context*, const Filter* w, const Tensor* dy, const Convolution* c,
                                                const Tensor* dx, int capacity, int* count, Candidate* candidates) {
  return rank(form_problem(*dx, *w, *c, *dy), 5, *c, capacity, count, candidates);
}
int cudnnGetConvolutionBackwardFilterAlgorithm_v7(Context*, const Tensor* x, const Tensor* dy, const Convolution* c,
                                                  const Filter* dw, int capacity, int* count, Candidate* candidates) {
  return rank(form_problem(*x, *dw, *c, *dy), 5, *c, capacity, count, candidates);
}

int cudnnConvolutionForward(Context* context, const void* alpha, const Tensor* xd, const void* x, const Filter* wd,
                            const void* w, const Convolution* c, int algorithm, void* workspace, size_t bytes,
                            const void* beta, const Tensor* yd, void* y) {
  int problem = call_problem(*xd, *wd, *c, *yd, algorithm, workspace, bytes, alpha, beta);
  if (problem) return problem;
  return enqueue(context, [=, xd = *xd, wd = *wd, c = *c, yd = *yd] {
    std::memset(workspace, 0xff, bytes);
    store_all(yd.type, y, convolve(xd, x, wd, w, c, yd));
  });
}

int cudnnConvolutionBiasActivationForward(Context* context, const void* alpha, const Tensor* xd, const void* x,
                                          const Filter* wd, const void* w, const Convolution* c, int algorithm,
                                          void* workspace, size_t bytes, const void* alpha2, const Tensor* zd,
                                          const void*, const Tensor* bd, const void* bias, const Activation* a,
                                          const Tensor* yd, void* y) {
  if (stub_is("unfused")) return fail(not_supported, "no fusion here");
  int problem = call_problem(*xd, *wd, *c, *yd, algorithm, workspace, bytes, alpha, alpha2);
  if (problem) return problem;
  if (!(*zd == *yd) || !(*bd == Tensor{yd->format, yd->type, 1, yd->channels, 1, 1}) || a->mode != 1 || a->nan != 1) {
    return fail(bad_parameter, "bias, addend or activation do not fit");
  }
  return enqueue(context, [=, xd = *xd, wd = *wd, c = *c, bd = *bd, yd = *yd] {
    std::memset(workspace, 0xff, bytes);
    std::vector<double> sums = convolve(xd, x, wd, w, c, yd);
    for (int n = 0; n < yd.n; n++)
      for (int o = 0; o < yd.channels; o++)
        for (int row = 0; row < yd.rows; row++)
          for (int column = 0; column < yd.columns; column++) {
            double& sum = sums[yd.at(n, o, row, column)];
            sum += load(bd.type, bias, size_t(o));
            sum = sum < 0 ? 0 : sum;
          }
    store_all(yd.type, y, sums);
  });
}

int cudnnConvolutionBackwardData(Context* context, const void* alpha, const Filter* wd, const void* w, const Tensor* dyd,
                                 const void* dy, const Convolution* c, int algorithm, void* workspace, size_t bytes,
                                 const void* beta, const Tensor* dxd, void* dx) {
  int problem = call_problem(*dxd, *wd, *c, *dyd, algorithm, workspace, bytes, alpha, beta);
  if (problem) return problem;
  return enqueue(context, [=, wd = *wd, dyd = *dyd, c = *c, dxd = *dxd] {
    std::memset(workspace, 0xff, bytes);
    std::vector<double> sums(size_of(dxd));
    for_each_product(dxd, wd, c, dyd, [&](size_t i, size_t k, size_t o) {
      sums[i] += operand(c, wd.type, w, k) * operand(c, dyd.type, dy, o);
    });
    store_all(dxd.type, dx, sums);
  });
}

int cudnnConvolutionBackwardFilter(Context* context, const void* alpha, const Tensor* xd, const void* x,
                                   const Tensor* dyd, const void* dy, const Convolution* c, int algorithm,
                                   void* workspace, size_t bytes, const void* beta, const Filter* dwd, void* dw) {
  int problem = call_problem(*xd, *dwd, *c, *dyd, algorithm, workspace, bytes, alpha, beta);
  if (problem) return problem;
  return enqueue(context, [=, xd = *xd, dyd = *dyd, c = *c, dwd = *dwd] {
    std::memset(workspace, 0xff, bytes);
    std::vector<double> sums(size_of(dwd));
    for_each_product(xd, dwd, c, dyd, [&](size_t i, size_t k, size_t o) {
      sums[k] += operand(c, xd.type, x, i) * operand(c, dyd.type, dy, o);
    });
    store_all(dwd.type, dw, sums);
  });
}

}  // extern "C"
#pragma GCC visibility pop
