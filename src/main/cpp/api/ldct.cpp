// The C functions: arguments are checked, exceptions become a status and a message.
#include "ldct.h"

#include <cmath>
#include <cstring>
#include <new>
#include <string>

#include "cpu/engine.h"
#include "engine/cuda_library.h"
#include "engine/engine.h"

#define LDCT_API extern "C" __attribute__((visibility("default")))

// A dataset or trainer that is closed after its engine still finds it alive.
struct ldct_engine {
  std::shared_ptr<ldct::Engine> held;
};
struct ldct_dataset {
  std::shared_ptr<ldct::Engine> engine;
  std::unique_ptr<ldct::Dataset> held;
};
struct ldct_trainer {
  std::shared_ptr<ldct::Engine> engine;
  std::unique_ptr<ldct::Trainer> held;
};

namespace {

using ldct::Error;

thread_local std::string last_error;

int32_t fail(int32_t status, const char* message) noexcept {
  try {
    last_error = message;
  } catch (...) {
    last_error.clear();
  }
  return status;
}

template <class Body>
int32_t guarded(const Body& body) noexcept {
  try {
    body();
    return LDCT_OK;
  } catch (const Error& e) {
    return fail(e.status(), e.what());
  } catch (const std::bad_alloc&) {
    return fail(LDCT_OUT_OF_MEMORY, "not enough memory");
  } catch (const std::exception& e) {
    return fail(LDCT_INTERNAL, e.what());
  } catch (...) {
    return fail(LDCT_INTERNAL, "unknown exception");
  }
}

void require(bool condition, const char* message) {
  if (!condition) {
    throw Error(LDCT_INVALID_ARGUMENT, message);
  }
}

// Sides and counts small enough that no product of them overflows.
constexpr int64_t most_pixels = int64_t{1} << 40;

ldct::Shape shape(int32_t rows, int32_t columns, int64_t images, int32_t least) {
  require(rows >= least && columns >= least,
          least == 1 ? "rows and columns must be positive" : "SSIM needs at least 7 rows and columns");
  require(images >= 0 && images <= most_pixels / (int64_t{rows} * columns), "too many pixels");
  return {rows, columns};
}

ldct::Plan checked_plan(const ldct_trainer* trainer, const ldct_dataset* dataset, const int32_t* plan,
                        int64_t batches, int32_t mbs, int32_t rows, int32_t columns, int32_t least) {
  require(trainer && dataset && plan, "trainer, dataset and plan must not be null");
  require(trainer->engine == dataset->engine, "trainer and dataset belong to different engines");
  require(batches >= 0 && mbs > 0 && batches <= most_pixels / mbs, "iterations must not be negative, mbs positive");
  return {plan, batches, mbs, shape(rows, columns, batches * mbs, least)};
}

bool is_finite(double x) { return std::isfinite(x); }

void check(const ldct_trainer_options& o) {
  require(o.precision >= LDCT_FP32 && o.precision <= LDCT_TF32, "unknown precision");
  require(o.optimizer >= LDCT_ADAM && o.optimizer <= LDCT_RMSPROP, "unknown optimizer");
  require(is_finite(o.lr) && o.lr >= 0, "lr must be finite and not negative");
  if (o.optimizer == LDCT_ADAM) {
    require(o.beta1 >= 0 && o.beta1 < 1 && o.beta2 >= 0 && o.beta2 < 1, "beta1 and beta2 must lie in [0, 1)");
  }
  if (o.optimizer == LDCT_SGD) {
    require(is_finite(o.momentum) && o.momentum >= 0 && is_finite(o.dampening),
            "momentum must be finite and not negative, dampening finite");
  }
  require(o.kernels == LDCT_KERNELS_TUNED || o.kernels == LDCT_KERNELS_CUDNN, "unknown kernels");
  require(std::isfinite(o.offset) && std::isfinite(o.scale) && o.scale > 0, "scale must be positive, offset finite");
}

}  // namespace

LDCT_API int32_t ldct_abi_version(void) { return LDCT_ABI_VERSION; }

LDCT_API const char* ldct_last_error(void) { return last_error.c_str(); }

LDCT_API int32_t ldct_capabilities(char* json, int64_t capacity, int64_t* needed) {
  return guarded([&] {
    std::string text = "{\"cpu\":" + ldct::cpu::capabilities_json() + ",\"cuda\":" + ldct::CudaLibrary::beside_this_one().capabilities_json() +
                       "}";
    int64_t size = static_cast<int64_t>(text.size()) + 1;
    if (needed) {
      *needed = size;
    }
    require(json && capacity >= size, "the buffer is too small for the capabilities");
    std::memcpy(json, text.c_str(), static_cast<size_t>(size));
  });
}

LDCT_API int32_t ldct_engine_open(const ldct_engine_options* options, ldct_engine** engine) {
  return guarded([&] {
    require(options && engine, "options and engine must not be null");
    *engine = nullptr;
    require(options->threads >= 0, "threads must not be negative");
    require(options->backend == LDCT_CPU || options->backend == LDCT_CUDA, "unknown backend");
    std::unique_ptr<ldct_engine> opened(new ldct_engine());
    opened->held = options->backend == LDCT_CUDA ? ldct::CudaLibrary::beside_this_one().open_engine(options->device)
                                                 : ldct::cpu::open_engine(options->threads);
    *engine = opened.release();
  });
}

LDCT_API void ldct_engine_close(ldct_engine* engine) { delete engine; }

LDCT_API int32_t ldct_dataset_open(ldct_engine* engine, const char* path, const int64_t* slices, int64_t count,
                                   ldct_dataset** dataset) {
  return guarded([&] {
    require(engine && path && dataset, "engine, path and dataset must not be null");
    *dataset = nullptr;
    require(slices && count > 0, "a data set needs slices");
    std::unique_ptr<ldct_dataset> opened(new ldct_dataset());
    opened->held = engine->held->open_dataset(path, slices, count);
    opened->engine = engine->held;
    *dataset = opened.release();
  });
}

LDCT_API void ldct_dataset_close(ldct_dataset* dataset) { delete dataset; }

LDCT_API int32_t ldct_dataset_memory(const ldct_dataset* dataset, int64_t* bytes, int64_t* resident) {
  return guarded([&] {
    require(dataset && bytes && resident, "dataset, bytes and resident must not be null");
    *bytes = dataset->held->bytes();
    *resident = dataset->held->resident_bytes();
  });
}

LDCT_API int32_t ldct_trainer_create(ldct_engine* engine, const ldct_trainer_options* options,
                                     ldct_trainer** trainer) {
  return guarded([&] {
    require(engine && options && trainer, "engine, options and trainer must not be null");
    *trainer = nullptr;
    check(*options);
    std::unique_ptr<ldct_trainer> created(new ldct_trainer());
    created->held = engine->held->create_trainer(*options);
    created->engine = engine->held;
    *trainer = created.release();
  });
}

LDCT_API void ldct_trainer_close(ldct_trainer* trainer) { delete trainer; }

LDCT_API int32_t ldct_trainer_set_parameters(ldct_trainer* trainer, const float* parameters) {
  return guarded([&] {
    require(trainer && parameters, "trainer and parameters must not be null");
    trainer->held->set_parameters(parameters);
  });
}

LDCT_API int32_t ldct_trainer_get_parameters(ldct_trainer* trainer, float* parameters) {
  return guarded([&] {
    require(trainer && parameters, "trainer and parameters must not be null");
    trainer->held->get_parameters(parameters);
  });
}

LDCT_API int32_t ldct_trainer_set_state(ldct_trainer* trainer, const float* moments, int64_t steps) {
  return guarded([&] {
    require(trainer && moments && steps >= 0, "trainer and moments must not be null, steps not negative");
    trainer->held->set_state(moments, steps);
  });
}

LDCT_API int32_t ldct_trainer_get_state(ldct_trainer* trainer, float* moments, int64_t* steps) {
  return guarded([&] {
    require(trainer && moments && steps, "trainer, moments and steps must not be null");
    trainer->held->get_state(moments, steps);
  });
}

LDCT_API int32_t ldct_train(ldct_trainer* trainer, const ldct_dataset* dataset, const int32_t* plan,
                            int64_t iterations, int32_t mbs, int32_t rows, int32_t columns, float* losses) {
  return guarded([&] {
    ldct::Plan checked = checked_plan(trainer, dataset, plan, iterations, mbs, rows, columns, 1);
    require(losses, "losses must not be null");
    trainer->held->train(*dataset->held, checked, losses);
  });
}

LDCT_API int32_t ldct_gradients(ldct_trainer* trainer, const float* input, const float* target, int32_t n,
                                int32_t rows, int32_t columns, float* output, float* loss, float* gradients) {
  return guarded([&] {
    require(trainer && input && target && output && loss && gradients, "no argument may be null");
    require(n > 0, "n must be positive");
    trainer->held->gradients({input, target, n, shape(rows, columns, n, 1)}, output, loss, gradients);
  });
}

LDCT_API int32_t ldct_step(ldct_trainer* trainer, const float* input, const float* target, int32_t n, int32_t rows,
                           int32_t columns, float* loss) {
  return guarded([&] {
    require(trainer && input && target && loss, "no argument may be null");
    require(n > 0, "n must be positive");
    trainer->held->step({input, target, n, shape(rows, columns, n, 1)}, loss);
  });
}

LDCT_API int32_t ldct_predict(ldct_trainer* trainer, const float* input, int32_t n, int32_t rows, int32_t columns,
                              float* output) {
  return guarded([&] {
    require(trainer && input && output, "no argument may be null");
    require(n > 0, "n must be positive");
    trainer->held->predict({input, nullptr, n, shape(rows, columns, n, 1)}, output);
  });
}

LDCT_API int32_t ldct_evaluate(ldct_trainer* trainer, const ldct_dataset* dataset, const int32_t* plan,
                               int64_t batches, int32_t mbs, int32_t rows, int32_t columns, float clip_low,
                               float clip_high, float* losses, double* ssim, double* mse) {
  return guarded([&] {
    ldct::Plan checked = checked_plan(trainer, dataset, plan, batches, mbs, rows, columns, 7);
    require(losses && ssim && mse, "losses, ssim and mse must not be null");
    require(clip_low < clip_high, "clip_low must be below clip_high");
    trainer->held->evaluate(*dataset->held, checked, clip_low, clip_high, losses, ssim, mse);
  });
}

LDCT_API int32_t ldct_measure_peak(ldct_engine* engine, int32_t precision, double* gflops) {
  return guarded([&] {
    require(engine && gflops, "engine and gflops must not be null");
    require(precision >= LDCT_FP32 && precision <= LDCT_TF32, "unknown precision");
    *gflops = engine->held->measure_peak(precision);
  });
}

LDCT_API int32_t ldct_measure_ssim(ldct_engine* engine, const float* target, const float* prediction, int64_t count,
                                   int32_t rows, int32_t columns, double data_range, int32_t runs,
                                   double* milliseconds) {
  return guarded([&] {
    require(engine && target && prediction && milliseconds, "no argument may be null");
    require(count > 0 && runs > 0, "count and runs must be positive");
    require(is_finite(data_range) && data_range > 0, "data_range must be positive");
    *milliseconds =
        engine->held->measure_ssim({target, prediction, count, shape(rows, columns, count, 7), 1, 0, data_range}, runs);
  });
}

LDCT_API int32_t ldct_trainer_memory(ldct_trainer* trainer, int64_t* model, int64_t* activations) {
  return guarded([&] {
    require(trainer && model && activations, "no argument may be null");
    const ldct::Memory memory = trainer->held->memory();
    *model = memory.model;
    *activations = memory.activations;
  });
}

LDCT_API int32_t ldct_image_quality(ldct_engine* engine, const float* target, const float* prediction, int64_t count,
                                    int32_t rows, int32_t columns, float clip_low, float clip_high,
                                    double data_range, double* ssim, double* mse) {
  return guarded([&] {
    require(engine && target && prediction, "engine, target and prediction must not be null");
    ldct::Shape checked = shape(rows, columns, count, ssim ? 7 : 1);
    require(!ssim || (is_finite(data_range) && data_range > 0), "data_range must be positive");
    engine->held->image_quality({target, prediction, count, checked, clip_low, clip_high, data_range}, ssim, mse);
  });
}
