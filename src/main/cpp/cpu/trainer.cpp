#include "cpu/trainer.h"

#include <algorithm>
#include <utility>

#include "cpu/quality.h"

namespace ldct {
namespace cpu {
namespace {

// Small images share an item, so that an item is worth a hand-over and slots stay few; as long as every worker has several
// items to take, images share one until its sums of gradients are worth what it costs to begin and to add them.
constexpr int64_t pixels_an_item = 1024, pixels_a_sum = 8192, most_items = 256;
constexpr Sharing training{4, 12}, prediction{1, 8};
constexpr int64_t few_images_a_worker = 4, least_rows_a_part = 2 * part_rows;
constexpr int64_t most_images_a_row = 4, percent_worth_it = 97;
constexpr int64_t most_parameters_a_stretch = 1024, floats_a_line = 16;

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

void fetch(const std::vector<const float*>& shares, int64_t begin, int64_t count) {
  const int64_t end = std::min<int64_t>(begin + count, LDCT_PARAMETER_COUNT);
  for (const float* share : shares) {
    for (int64_t i = begin; i < end; i += floats_a_line) {
      __builtin_prefetch(share + i, 0, 2);
    }
  }
}

}  // namespace

CpuTrainer::CpuTrainer(ThreadPool& pool, std::unique_ptr<Method> method, const Kernels& kernels,
                       const ldct_trainer_options& options)
    : pool_(pool),
      method_(std::move(method)),
      kernels_(kernels),
      options_(options),
      workspaces_(static_cast<size_t>(pool.workers())) {}

Memory CpuTrainer::memory() const {
  Memory total{method_->bytes() + static_cast<int64_t>((3 + slots_.size()) * sizeof(Network)), 0};
  for (const Workspace& space : workspaces_) {
    const size_t floats = space.target.capacity() + space.prediction.capacity();
    total.activations += static_cast<int64_t>(floats * sizeof(float) + space.scratch.capacity() * sizeof(double));
    if (space.sweep) {
      const Memory sweep = space.sweep->memory();
      total.model += sweep.model;
      total.activations += sweep.activations;
    }
  }
  return total;
}

void CpuTrainer::set_parameters(const float* parameters) {
  to_kernel_order(parameters, *network_);
  prepared_ = false;
}

void CpuTrainer::get_parameters(float* parameters) { from_kernel_order(*network_, parameters); }

void CpuTrainer::set_state(const float* moments, int64_t steps) {
  to_kernel_order(moments, *moment1_);
  to_kernel_order(moments + LDCT_PARAMETER_COUNT, *moment2_);
  steps_ = steps;
}

void CpuTrainer::get_state(float* moments, int64_t* steps) {
  from_kernel_order(*moment1_, moments);
  from_kernel_order(*moment2_, moments + LDCT_PARAMETER_COUNT);
  *steps = steps_;
}

Part CpuTrainer::whole(Shape shape) { return {shape.rows, shape.columns, 0, shape.rows}; }

// In how many parts few images are cut, so that the worker with most rows has fewest.
int64_t CpuTrainer::parts_an_image(int64_t n, int64_t rows, int64_t around) const {
  const int64_t workers = pool_.workers();
  if (workers == 1 || n >= few_images_a_worker * workers) {
    return 1;
  }
  auto cost = [&](int64_t parts) {
    const int64_t neighbours = std::min<int64_t>(parts - 1, 2);
    return divide_up(n * parts, workers) * (divide_up(rows, parts) + around * neighbours);
  };
  int64_t best = 1;
  for (int64_t parts = 2; parts <= rows / least_rows_a_part && parts <= few_images_a_worker * workers; parts++) {
    if (cost(parts) * 100 < cost(best) * percent_worth_it) {
      best = parts;
    }
  }
  return best;
}

std::vector<CpuTrainer::Item> CpuTrainer::items(int64_t n, Shape shape, Sharing sharing, int64_t images_a_row) const {
  std::vector<Item> list;
  int64_t together = std::max({int64_t{1}, divide_up(pixels_an_item, shape.pixels()), divide_up(n, most_items),
                               std::min(divide_up(pixels_a_sum, shape.pixels()), n / (sharing.a_worker * pool_.workers()))});
  together = divide_up(together, images_a_row) * images_a_row;
  const int64_t parts = parts_an_image(n, shape.rows, sharing.around);
  if (parts == 1) {
    const int64_t rows = divide_up(n, images_a_row), count = divide_up(n, together);
    for (int64_t i = 0; i < count; i++) {
      list.push_back({rows * i / count * images_a_row, std::min(n, rows * (i + 1) / count * images_a_row), whole(shape)});
    }
    return list;
  }
  auto begin = [&](int64_t part) { return part == parts ? shape.rows : shape.rows * part / parts / part_rows * part_rows; };
  for (int64_t image = 0; image < n; image++) {
    for (int64_t p = 0; p < parts; p++) {
      Part part{shape.rows, shape.columns, begin(p), begin(p + 1)};
      list.push_back({image, image + 1, part});
    }
  }
  return list;
}

// How many images of a batch share their rows: fewer columns are computed for nothing, but there are fewer items for the
// workers.
int64_t CpuTrainer::images_a_row(int64_t n, Shape shape) const {
  int64_t best = 1;
  if (n < training.a_worker * pool_.workers()) {
    return best;
  }
  auto cost = [&](int64_t images) {
    return divide_up(divide_up(n, images), pool_.workers()) * method_->row_cost(shape.columns, images);
  };
  for (int64_t images = 2; images <= most_images_a_row; images++) {
    if (cost(images) * 100 < cost(best) * percent_worth_it) {
      best = images;
    }
  }
  return best;
}

CpuTrainer::Workspace& CpuTrainer::workspace(int worker, Shape shape, int64_t images_a_row) {
  Workspace& space = workspaces_[static_cast<size_t>(worker)];
  if (!space.sweep || space.columns != shape.columns || space.images_a_row != images_a_row) {
    space.sweep.reset();
    space.sweep = method_->sweep(shape.columns, images_a_row);
    space.columns = shape.columns;
    space.images_a_row = images_a_row;
  }
  return space;
}

void CpuTrainer::prepare() {
  if (!prepared_) {
    pool_.run(method_->pieces(), [this](int64_t piece, int) { method_->prepare(*network_, piece); });
    prepared_ = true;
  }
}

float CpuTrainer::backward(const Batch& batch, int64_t n, float* output) {
  prepare();
  const Shape shape = batch.shape();
  const int64_t together = images_a_row(n, shape);
  const std::vector<Item> list = items(n, shape, training, together);
  slots_used_ = list.size();
  while (slots_.size() < slots_used_) {
    slots_.emplace_back(1);
  }
  std::vector<double> losses(list.size());
  const double elements = static_cast<double>(n) * static_cast<double>(shape.pixels());
  const float gradient_scale = static_cast<float>(2 / elements);
  pool_.run(static_cast<int64_t>(list.size()), [&](int64_t i, int worker) {
    const Item item = list[static_cast<size_t>(i)];  // a copy: others write to what lies beside the list
    Workspace& space = workspace(worker, shape, together);
    space.target.resize(static_cast<size_t>(together * shape.pixels()));
    Network& gradient = *slots_[static_cast<size_t>(i)];
    gradient = Network();
    double loss = 0;
    space.sweep->begin_gradients();
    for (int64_t first = item.first; first < item.last; first += together) {
      space.sweep->reserve(item.part);
      space.row.clear();
      for (int64_t image = first; image < std::min(first + together, item.last); image++) {
        const int64_t to = image - first;
        batch.input(image, item.part, *space.sweep, to);
        space.row.push_back({batch.target(image, item.part, space.target.data() + to * shape.pixels()),
                             output ? output + image * shape.pixels() : nullptr});
      }
      loss += space.sweep->train(item.part, space.row, gradient_scale, gradient);
    }
    space.sweep->end_gradients(gradient);
    losses[static_cast<size_t>(i)] = loss;
  });
  double total = 0;
  for (double loss : losses) {
    total += loss;
  }
  return static_cast<float>(total / elements);
}

template <class Use>
void CpuTrainer::reduce(const Use& use) {
  // Two for each worker at least.
  const int64_t most = std::min(most_parameters_a_stretch,
                                round_up(divide_up(LDCT_PARAMETER_COUNT, 2 * pool_.workers()), floats_a_line));
  std::vector<const float*> shares;
  for (size_t slot = 0; slot < slots_used_; slot++) {
    shares.push_back(reinterpret_cast<const float*>(slots_[slot].data()));
  }
  pool_.run(divide_up(LDCT_PARAMETER_COUNT, most), [&](int64_t stretch, int) {
    int64_t begin = stretch * most;
    int64_t count = std::min<int64_t>(most, LDCT_PARAMETER_COUNT - begin);
    float gradient[most_parameters_a_stretch];
    sum_shares(shares.data(), static_cast<int64_t>(shares.size()), begin, count, gradient);
    // Others' shares lie in other cores' caches: the next stretch's come while the update waits for its divisions.
    if (pool_.workers() > 1) {
      fetch(shares, begin + count, most);
    }
    use(begin, count, gradient);
  });
}

float CpuTrainer::update(const Batch& batch, int64_t n) {
  float loss = backward(batch, n, nullptr);
  const Update update = Update::of(options_, steps_ + 1);
  auto at = [](const Apart<Network>& network) { return reinterpret_cast<float*>(network.data()); };
  float* parameters = at(network_);
  reduce([&](int64_t begin, int64_t count, const float* gradient) {
    apply(update, count, gradient, parameters + begin, at(moment1_) + begin, at(moment2_) + begin);
  });
  steps_++;
  prepared_ = false;
  return loss;
}

void CpuTrainer::train(const Dataset& dataset, const Plan& plan, float* losses) {
  const Slices& slices = static_cast<const Slices&>(dataset);
  slices.file().check(plan);
  for (int64_t i = 0; i < plan.batches; i++) {
    losses[i] = update(WindowBatch(slices, plan, i * plan.mbs, options_.offset, options_.scale), plan.mbs);
  }
}

void CpuTrainer::step(const Images& images, float* loss) { *loss = update(ArrayBatch(images), images.n); }

void CpuTrainer::gradients(const Images& images, float* output, float* loss, float* gradients) {
  *loss = backward(ArrayBatch(images), images.n, output);
  std::unique_ptr<Network> sum(new Network());
  reduce([&](int64_t begin, int64_t count, const float* gradient) {
    std::copy(gradient, gradient + count, reinterpret_cast<float*>(sum.get()) + begin);
  });
  from_kernel_order(*sum, gradients);
}

void CpuTrainer::predict(const Images& images, float* output) {
  prepare();
  const ArrayBatch batch(images);
  const Shape shape = images.shape;
  const std::vector<Item> list = items(images.n, shape, prediction, 1);
  pool_.run(static_cast<int64_t>(list.size()), [&](int64_t i, int worker) {
    const Item item = list[static_cast<size_t>(i)];
    Sweep& sweep = *workspace(worker, shape, 1).sweep;
    for (int64_t image = item.first; image < item.last; image++) {
      sweep.reserve(item.part);
      batch.input(image, item.part, sweep, 0);
      sweep.forward(item.part, output + image * shape.pixels() + item.part.begin * shape.columns);
    }
  });
}

void CpuTrainer::evaluate(const Dataset& dataset, const Plan& plan, float clip_low, float clip_high, float* losses,
                          double* ssim, double* mse) {
  prepare();
  const Slices& slices = static_cast<const Slices&>(dataset);
  slices.file().check(plan);
  const Shape shape = plan.shape;
  const Part part = whole(shape);
  const WindowBatch batch(slices, plan, 0, options_.offset, options_.scale);
  const int64_t pixels = shape.pixels(), count = plan.batches * plan.mbs;
  std::vector<double> sums(static_cast<size_t>(count));
  pool_.run(count, [&](int64_t image, int worker) {
    Workspace& space = workspace(worker, shape, 1);
    space.target.resize(static_cast<size_t>(pixels));
    space.prediction.resize(static_cast<size_t>(pixels));
    space.sweep->reserve(part);
    batch.input(image, part, *space.sweep, 0);
    batch.target(image, part, space.target.data());
    space.sweep->forward(part, space.prediction.data());
    double sum = 0;
    for (size_t i = 0; i < static_cast<size_t>(pixels); i++) {
      double difference = static_cast<double>(space.prediction[i] - space.target[i]);
      sum += difference * difference;
      space.prediction[i] = space.prediction[i] * options_.scale + options_.offset;
      space.target[i] = space.target[i] * options_.scale + options_.offset;
    }
    sums[static_cast<size_t>(image)] = sum;
    const double range = static_cast<double>(clip_high) - static_cast<double>(clip_low);
    Quality quality(kernels_, space.scratch, shape, clip_low, clip_high);
    ssim[image] = quality.ssim(space.target.data(), space.prediction.data(), range);
    mse[image] = quality.mse(space.target.data(), space.prediction.data());
  });
  for (int64_t b = 0; b < plan.batches; b++) {
    double total = 0;
    for (int64_t i = 0; i < plan.mbs; i++) {
      total += sums[static_cast<size_t>(b * plan.mbs + i)];
    }
    losses[b] = static_cast<float>(total / (static_cast<double>(plan.mbs) * static_cast<double>(pixels)));
  }
}

}  // namespace cpu
}  // namespace ldct
