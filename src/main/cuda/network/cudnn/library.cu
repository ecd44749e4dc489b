// Finds libcudnn and its functions.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "engine/engine.h"
#include "network/cudnn/api.h"

namespace ldct::cuda::cudnn {
namespace {

constexpr const char* file_name = "libcudnn.so.9";

[[noreturn]] void missing(const std::string& reason) {
  throw Error(LDCT_UNSUPPORTED, "cuDNN 9 cannot be used (" + reason +
                                    "); install it, or name its folder in LDCT_CUDNN_PATH, or leave --kernels at tuned");
}

// The folder that this code was loaded from, with a slash at its end.
std::string own_folder() {
  Dl_info self;
  if (!dladdr(reinterpret_cast<void*>(&own_folder), &self) || !self.dli_fname) {
    return "";
  }
  std::string path = self.dli_fname;
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

// LDCT_CUDNN_PATH alone if it is set; else beside this library, then wherever the system looks.
void* open_file() {
  const char* named = std::getenv("LDCT_CUDNN_PATH");
  if (named && *named) {
    void* opened = dlopen((std::string(named) + "/" + file_name).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!opened) {
      missing(dlerror());
    }
    return opened;
  }
  const std::string beside = own_folder() + file_name;
  const bool is_beside = access(beside.c_str(), F_OK) == 0;
  void* opened = dlopen(is_beside ? beside.c_str() : file_name, RTLD_NOW | RTLD_LOCAL);
  if (!opened) {
    missing(dlerror());
  }
  return opened;
}

template <class Function>
void find(void* library, const char* name, Function** function) {
  *function = reinterpret_cast<Function*>(dlsym(library, name));
  if (!*function) {
    missing(std::string("it has no ") + name);
  }
}

Api open_api() {
  void* library = open_file();
  Api api{};
  find(library, "cudnnGetVersion", &api.version);
  find(library, "cudnnGetErrorString", &api.error_string);
  find(library, "cudnnGetLastErrorString", &api.last_error);
  find(library, "cudnnCreate", &api.create);
  find(library, "cudnnDestroy", &api.destroy);
  find(library, "cudnnSetStream", &api.set_stream);
  find(library, "cudnnCreateTensorDescriptor", &api.create_tensor);
  find(library, "cudnnDestroyTensorDescriptor", &api.destroy_tensor);
  find(library, "cudnnSetTensor4dDescriptor", &api.set_tensor);
  find(library, "cudnnCreateFilterDescriptor", &api.create_filter);
  find(library, "cudnnDestroyFilterDescriptor", &api.destroy_filter);
  find(library, "cudnnSetFilter4dDescriptor", &api.set_filter);
  find(library, "cudnnCreateConvolutionDescriptor", &api.create_convolution);
  find(library, "cudnnDestroyConvolutionDescriptor", &api.destroy_convolution);
  find(library, "cudnnSetConvolution2dDescriptor", &api.set_convolution);
  find(library, "cudnnSetConvolutionMathType", &api.set_math);
  find(library, "cudnnCreateActivationDescriptor", &api.create_activation);
  find(library, "cudnnDestroyActivationDescriptor", &api.destroy_activation);
  find(library, "cudnnSetActivationDescriptor", &api.set_activation);
  find(library, "cudnnGetConvolutionForwardAlgorithm_v7", &api.rank_forward);
  find(library, "cudnnGetConvolutionBackwardDataAlgorithm_v7", &api.rank_backward_data);
  find(library, "cudnnGetConvolutionBackwardFilterAlgorithm_v7", &api.rank_backward_filter);
  find(library, "cudnnConvolutionForward", &api.forward);
  find(library, "cudnnConvolutionBiasActivationForward", &api.forward_activated);
  find(library, "cudnnConvolutionBackwardData", &api.backward_data);
  find(library, "cudnnConvolutionBackwardFilter", &api.backward_filter);
  if (api.version() / 10000 != 9) {
    missing("version " + std::to_string(api.version()) + " is not cuDNN 9");
  }
  return api;
}

}  // namespace

const Api& api() {
  static const Api opened = open_api();  // a failure is tried again by the next caller
  return opened;
}

void require(Status status, const char* doing) {
  if (status == success) {
    return;
  }
  char detail[512] = "";
  api().last_error(detail, sizeof detail);
  std::string message = std::string("cuDNN, ") + doing + ": " + api().error_string(status);
  if (detail[0]) {
    message += std::string(", ") + detail;
  }
  for (char& c : message) {
    c = c == '\n' ? ' ' : c;
  }
  bool memory = status == host_allocation_failed || status == device_allocation_failed;
  throw Error(memory ? LDCT_OUT_OF_MEMORY : category(status) == category_unsupported ? LDCT_UNSUPPORTED : LDCT_DEVICE_ERROR,
              message);
}

}  // namespace ldct::cuda::cudnn
