#include "engine/cuda_trainer.h"

#include <algorithm>
#include <numeric>

#include "kernels/quality.h"

namespace ldct::cuda {
namespace {

enum Part { parameters_part, moment1_part, moment2_part, gradients_part, loss_part };
constexpr size_t vector_bytes = LDCT_PARAMETER_COUNT * sizeof(float);
// Prediction takes as many images at once as fit into this, and at least one.
constexpr size_t prediction_bytes = size_t{1} << 30;
constexpr size_t most_recorded_shapes = 8;

// A piece of one iteration on images that the caller gave.
struct Single {
  Chunk chunk;
  Update update;
};

size_t image_bytes(int64_t n, Shape shape) { return static_cast<size_t>(n * shape.pixels()) * sizeof(float); }

size_t total(const std::array<size_t, 5>& sizes) { return std::accumulate(sizes.begin(), sizes.end(), size_t{0}); }

std::string what_to_lower(int32_t n, int trainers) {
  const std::string alone = n > 1 ? "mbs or patchsize" : "patchsize";
  return trainers > 1 ? "; " + std::to_string(trainers) + " trainers share it: lower --parallel, " + alone
                      : "; lower " + alone;
}

const DeviceSlices& slices_of(const Dataset& dataset) { return static_cast<const CudaDataset&>(dataset).slices(); }

}  // namespace

CudaTrainer::CudaTrainer(std::shared_ptr<Device> device, std::unique_ptr<Network> network,
                         const ldct_trainer_options& options)
    : device_(std::move(device)), occupant_(*device_), network_(std::move(network)), options_(options) {
  learned_.reserve((loss_part * size_t{LDCT_PARAMETER_COUNT} + 1) * sizeof(float));
  chunk_.reserve(sizeof(Single));
  check(cudaMemsetAsync(learned_.as<char>(), 0, learned_.bytes(), stream_), "clearing parameters");
  stream_.wait();
}

CudaTrainer::~CudaTrainer() { cudaStreamSynchronize(stream_); }

Memory CudaTrainer::memory() const {
  return {static_cast<int64_t>(learned_.bytes()), static_cast<int64_t>(chunk_.bytes() + held()) + feed_.device_bytes()};
}

size_t CudaTrainer::held() const {
  return workspace_.bytes() + input_.bytes() + target_.bytes() + output_.bytes() + scratch_.bytes();
}

void CudaTrainer::set_parameters(const float* parameters) {
  device_->use([&] {
    staging_.upload(stream_, learned(parameters_part), parameters, vector_bytes);
    stream_.wait();
  });
}

void CudaTrainer::get_parameters(float* parameters) {
  device_->use([&] { staging_.download(stream_, parameters, learned(parameters_part), vector_bytes); });
}

void CudaTrainer::set_state(const float* moments, int64_t steps) {
  device_->use([&] {
    staging_.upload(stream_, learned(moment1_part), moments, 2 * vector_bytes);
    stream_.wait();
  });
  steps_ = steps;
}

void CudaTrainer::get_state(float* moments, int64_t* steps) {
  device_->use([&] { staging_.download(stream_, moments, learned(moment1_part), 2 * vector_bytes); });
  *steps = steps_;
}

CudaTrainer::Need CudaTrainer::need(int32_t n, Shape shape, Purpose purpose) const {
  const bool training = purpose == Purpose::training;
  const size_t images = image_bytes(n, shape);
  const size_t scratch = training ? 0 : static_cast<size_t>(quality_scratch(n, shape)) * sizeof(double);
  return {network_->workspace_bytes(n, shape, training), images, images, images, scratch};
}

void CudaTrainer::reserve(int32_t n, Shape shape, Purpose purpose) {
  const Need sizes = need(n, shape, purpose);
  DeviceMemory* const memories[] = {&workspace_, &input_, &target_, &output_, &scratch_};
  for (size_t i = 0; i < sizes.size(); i++) {
    if (sizes[i] <= memories[i]->bytes()) {
      continue;
    }
    iterations_.clear();  // recorded graphs hold the old addresses
    try {
      memories[i]->reserve(sizes[i]);
    } catch (const Error& e) {
      if (e.status() != LDCT_OUT_OF_MEMORY) {
        throw;
      }
      const size_t wanted = total(sizes), available = device_->memory().free + held();
      throw Error(LDCT_OUT_OF_MEMORY,
                  std::string(purpose == Purpose::training ? "training" : "prediction") + " on " + std::to_string(n) +
                      " images of " + std::to_string(shape.rows) + " x " + std::to_string(shape.columns) +
                      " at once needs " + std::to_string(wanted) + " bytes (" + readable_bytes(wanted) +
                      ") of device memory, of which " + readable_bytes(available) + " are to be had" +
                      what_to_lower(n, device_->trainers()));
    }
  }
}

int32_t CudaTrainer::reserve_for_prediction(int64_t n, Shape shape) {
  const size_t allowed = std::min(prediction_bytes, (device_->memory().free + held()) / 2);
  int32_t at_once = static_cast<int32_t>(std::min<int64_t>(n, int64_t{1} << 20));
  while (at_once > 1 && total(need(at_once, shape, Purpose::prediction)) > allowed) {
    at_once = (at_once + 1) / 2;
  }
  reserve(at_once, shape, Purpose::prediction);
  return at_once;
}

void CudaTrainer::upload_images(const Images& images) {
  const size_t bytes = image_bytes(images.n, images.shape);
  staging_.upload(stream_, input_.as<float>(), images.input, bytes);
  staging_.upload(stream_, target_.as<float>(), images.target, bytes);
}

void CudaTrainer::enqueue_gradients(int32_t n, Shape shape, float* output) {
  network_->gradients(stream_, learned(parameters_part), minibatch(n, shape), workspace_.as<void>(), output,
                      learned(loss_part), learned(gradients_part));
}

void CudaTrainer::enqueue_update(Chunk* chunk) {
  update_parameters(stream_, chunk, learned(loss_part), learned(gradients_part),
                    {learned(parameters_part), learned(moment1_part), learned(moment2_part)});
}

Iterations& CudaTrainer::iterations(int32_t mbs, Shape shape) {
  const auto key = std::make_tuple(mbs, shape.rows, shape.columns);
  auto found = iterations_.find(key);
  if (found == iterations_.end()) {
    if (iterations_.size() == most_recorded_shapes) {
      iterations_.clear();
    }
    const Crop crop{mbs, shape, options_.offset, options_.scale, input_.as<float>(), target_.as<float>()};
    auto enqueue = [this, crop] {
      read_iteration(stream_, chunk_.as<Chunk>(), crop);
      enqueue_gradients(crop.n, crop.shape, nullptr);
      enqueue_update(chunk_.as<Chunk>());
    };
    found = iterations_.emplace(key, std::make_unique<Iterations>(stream_, enqueue)).first;
  }
  return *found->second;
}

void CudaTrainer::train(const Dataset& dataset, const Plan& plan, float* losses) {
  const DeviceSlices& slices = slices_of(dataset);
  slices.file().check(plan);
  device_->use([&] {
    reserve(plan.mbs, plan.shape, Purpose::training);
    Iterations& loop = iterations(plan.mbs, plan.shape);
    Work work;
    work.result_bytes_a_batch = sizeof(float);
    work.fill_updates = [&](int64_t, int64_t count, Update* updates) {
      for (int64_t i = 0; i < count; i++) {
        updates[i] = Update::of(options_, ++steps_);
      }
    };
    work.enqueue = [&](const Piece& piece) {
      check(cudaMemcpyAsync(chunk_.as<Chunk>(), piece.chunk, sizeof(Chunk), cudaMemcpyDeviceToDevice, stream_),
            "starting a piece of the plan");
      loop.run(piece.count);
    };
    work.collect = [&](const Piece& piece, const char* results) {
      std::copy_n(reinterpret_cast<const float*>(results), piece.count, losses + piece.first);
    };
    feed_.run(stream_, slices, plan, work);
  });
}

void CudaTrainer::step(const Images& images, float* loss) {
  device_->use([&] {
    reserve(images.n, images.shape, Purpose::training);
    upload_images(images);
    enqueue_gradients(images.n, images.shape, nullptr);
    const Update update = Update::of(options_, steps_ + 1);
    Single single{{nullptr, &chunk_.as<Single>()->update, learned(loss_part), 0, 0}, update};
    staging_.upload(stream_, chunk_.as<Single>(), &single, sizeof single);
    enqueue_update(chunk_.as<Chunk>());
    staging_.download(stream_, loss, learned(loss_part), sizeof(float));
    steps_++;
  });
}

void CudaTrainer::gradients(const Images& images, float* output, float* loss, float* gradients) {
  device_->use([&] {
    reserve(images.n, images.shape, Purpose::training);
    upload_images(images);
    enqueue_gradients(images.n, images.shape, output_.as<float>());
    const size_t bytes = image_bytes(images.n, images.shape);
    staging_.download(stream_, output, output_.as<float>(), bytes);
    staging_.download(stream_, gradients, learned(gradients_part), vector_bytes);
    staging_.download(stream_, loss, learned(loss_part), sizeof(float));
  });
}

void CudaTrainer::predict(const Images& images, float* output) {
  device_->use([&] {
    const int32_t at_once = reserve_for_prediction(images.n, images.shape);
    const int64_t pixels = images.shape.pixels();
    for (int64_t first = 0; first < images.n; first += at_once) {
      const int32_t n = static_cast<int32_t>(std::min<int64_t>(at_once, images.n - first));
      const size_t bytes = image_bytes(n, images.shape);
      staging_.upload(stream_, input_.as<float>(), images.input + first * pixels, bytes);
      network_->forward(stream_, learned(parameters_part), {input_.as<float>(), nullptr, n, images.shape},
                        workspace_.as<void>(), output_.as<float>());
      staging_.download(stream_, output + first * pixels, output_.as<float>(), bytes);
    }
  });
}

// results: squares, SSIM and mean squared errors, each [count].
void CudaTrainer::compare(const Window* windows, int64_t count, int32_t at_once, Shape shape, float clip_low,
                          float clip_high, double* results) {
  const double range = static_cast<double>(clip_high) - static_cast<double>(clip_low);
  float *input = input_.as<float>(), *target = target_.as<float>(), *output = output_.as<float>();
  double* scratch = scratch_.as<double>();
  for (int64_t first = 0; first < count; first += at_once) {
    const int32_t n = static_cast<int32_t>(std::min<int64_t>(at_once, count - first));
    double* result = results + first;
    read_windows(stream_, windows + first, {n, shape, options_.offset, options_.scale, input, target});
    network_->forward(stream_, learned(parameters_part), {input, nullptr, n, shape}, workspace_.as<void>(), output);
    denormalise(stream_, {target, output, n, shape, options_.offset, options_.scale}, scratch, result);
    const Pairs pairs{target, output, n, shape, clip_low, clip_high};
    cuda::ssim(stream_, pairs, range, scratch, result + count);
    mean_squared_error(stream_, pairs, scratch, result + 2 * count);
  }
}

void CudaTrainer::evaluate(const Dataset& dataset, const Plan& plan, float clip_low, float clip_high, float* losses,
                           double* ssim, double* mse) {
  const DeviceSlices& slices = slices_of(dataset);
  slices.file().check(plan);
  device_->use([&] {
    const int32_t at_once = reserve_for_prediction(plan.batches * plan.mbs, plan.shape);
    Work work;
    work.result_bytes_a_batch = 3 * sizeof(double) * static_cast<size_t>(plan.mbs);
    work.enqueue = [&](const Piece& piece) {
      compare(piece.windows, piece.count * plan.mbs, at_once, plan.shape, clip_low, clip_high,
              reinterpret_cast<double*>(piece.results));
    };
    work.collect = [&](const Piece& piece, const char* results) {
      const int64_t images = piece.count * plan.mbs;
      const double* squares = reinterpret_cast<const double*>(results);
      std::copy_n(squares + images, images, ssim + piece.first * plan.mbs);
      std::copy_n(squares + 2 * images, images, mse + piece.first * plan.mbs);
      const double elements = static_cast<double>(plan.mbs) * static_cast<double>(plan.shape.pixels());
      for (int64_t batch = 0; batch < piece.count; batch++) {
        double total = 0;
        for (int32_t i = 0; i < plan.mbs; i++) {
          total += squares[batch * plan.mbs + i];
        }
        losses[piece.first + batch] = static_cast<float>(total / elements);
      }
    };
    feed_.run(stream_, slices, plan, work);
  });
}

}  // namespace ldct::cuda
