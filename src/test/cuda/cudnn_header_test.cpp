// Where cuDNN's own header is at hand, every declaration of ours is compared with it at compile time.

#if __has_include(<cudnn.h>)
#include <cudnn.h>

#include <cstddef>
#include <type_traits>

#include "network/cudnn/api.h"

namespace {

namespace own = ldct::cuda::cudnn;

static_assert(CUDNN_MAJOR == 9, "declared from version 9");
static_assert(own::success == CUDNN_STATUS_SUCCESS && own::category_unsupported == CUDNN_STATUS_NOT_SUPPORTED, "status");
static_assert(own::host_allocation_failed == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED, "status");
static_assert(own::device_allocation_failed == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED, "status");
static_assert(own::float32 == CUDNN_DATA_FLOAT && own::bfloat16 == CUDNN_DATA_BFLOAT16, "type");
static_assert(own::channels_last == CUDNN_TENSOR_NHWC && own::cross_correlation == CUDNN_CROSS_CORRELATION, "format");
static_assert(own::default_math == CUDNN_DEFAULT_MATH && own::tensor_math == CUDNN_TENSOR_OP_MATH, "math");
static_assert(own::fma_math == CUDNN_FMA_MATH && own::deterministic == CUDNN_DETERMINISTIC, "math");
static_assert(own::relu == CUDNN_ACTIVATION_RELU && own::propagate_nan == CUDNN_PROPAGATE_NAN, "activation");
static_assert(own::forward_winograd == CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD, "algorithm");
static_assert(own::forward_winograd_unfused == CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED, "algorithm");
static_assert(own::data_winograd == CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD, "algorithm");
static_assert(own::data_winograd_unfused == CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED, "algorithm");
static_assert(own::filter_winograd == CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD, "algorithm");
static_assert(own::filter_winograd_unfused == CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED, "algorithm");

template <class T>
constexpr bool same_layout = sizeof(T) == sizeof(own::Candidate) && offsetof(T, algo) == offsetof(own::Candidate, algorithm) &&
                             offsetof(T, status) == offsetof(own::Candidate, status) &&
                             offsetof(T, time) == offsetof(own::Candidate, time) &&
                             offsetof(T, memory) == offsetof(own::Candidate, memory) &&
                             offsetof(T, determinism) == offsetof(own::Candidate, determinism) &&
                             offsetof(T, mathType) == offsetof(own::Candidate, math);
static_assert(same_layout<cudnnConvolutionFwdAlgoPerf_t> && same_layout<cudnnConvolutionBwdDataAlgoPerf_t> &&
                  same_layout<cudnnConvolutionBwdFilterAlgoPerf_t>,
              "performance structures");

// What the calling convention sees of a type: enumerations are int, structures behind pointers do not matter.
template <class T, class = void>
struct Passed {
  using type = T;
};
template <class T>
struct Passed<T, std::enable_if_t<std::is_enum<T>::value>> {
  using type = int;
};
template <class T>
struct Passed<T*, std::enable_if_t<!std::is_function<T>::value>> {
  using type = void*;
};
template <class R, class... P>
struct Passed<R (*)(P...), void> {
  using type = typename Passed<R>::type (*)(typename Passed<std::remove_const_t<P>>::type...);
};
template <class Own, class Theirs>
constexpr bool same_call = std::is_same<typename Passed<Own>::type, typename Passed<Theirs>::type>::value;

#define LDCT_SAME(own_name, their_name) \
  static_assert(same_call<decltype(own::Api::own_name), decltype(&their_name)>, #their_name)
LDCT_SAME(version, cudnnGetVersion);
LDCT_SAME(error_string, cudnnGetErrorString);
LDCT_SAME(last_error, cudnnGetLastErrorString);
LDCT_SAME(create, cudnnCreate);
LDCT_SAME(destroy, cudnnDestroy);
LDCT_SAME(set_stream, cudnnSetStream);
LDCT_SAME(create_tensor, cudnnCreateTensorDescriptor);
LDCT_SAME(destroy_tensor, cudnnDestroyTensorDescriptor);
LDCT_SAME(set_tensor, cudnnSetTensor4dDescriptor);
LDCT_SAME(create_filter, cudnnCreateFilterDescriptor);
LDCT_SAME(destroy_filter, cudnnDestroyFilterDescriptor);
LDCT_SAME(set_filter, cudnnSetFilter4dDescriptor);
LDCT_SAME(create_convolution, cudnnCreateConvolutionDescriptor);
LDCT_SAME(destroy_convolution, cudnnDestroyConvolutionDescriptor);
LDCT_SAME(set_convolution, cudnnSetConvolution2dDescriptor);
LDCT_SAME(set_math, cudnnSetConvolutionMathType);
LDCT_SAME(create_activation, cudnnCreateActivationDescriptor);
LDCT_SAME(destroy_activation, cudnnDestroyActivationDescriptor);
LDCT_SAME(set_activation, cudnnSetActivationDescriptor);
LDCT_SAME(rank_forward, cudnnGetConvolutionForwardAlgorithm_v7);
LDCT_SAME(rank_backward_data, cudnnGetConvolutionBackwardDataAlgorithm_v7);
LDCT_SAME(rank_backward_filter, cudnnGetConvolutionBackwardFilterAlgorithm_v7);
LDCT_SAME(forward, cudnnConvolutionForward);
LDCT_SAME(forward_activated, cudnnConvolutionBiasActivationForward);
LDCT_SAME(backward_data, cudnnConvolutionBackwardData);
LDCT_SAME(backward_filter, cudnnConvolutionBackwardFilter);

}  // namespace

#endif
