// Forward and backward of every instruction set against the float64 reference.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu/amx/tile_sweep.h"
#include "cpu/dispatch.h"
#include "fixtures.h"
#include "reference.h"

namespace {

using namespace fixtures;
using reference::Values;

struct Precision {
  int32_t code;
  const char* name;
  double gradient_limit, output_limit;
};
constexpr Precision precisions[] = {
    {LDCT_FP32, "fp32", 5e-6, 2e-6}, {LDCT_BF16, "bf16", 3e-2, 2e-2}, {LDCT_BF16X3, "bf16x3", 2e-3, 1e-4}};

double relative(const float* actual, const double* expected, int begin, int end) {
  double error = 0, norm = 0;
  for (int i = begin; i < end; i++) {
    error += std::pow(actual[i] - expected[i], 2);
    norm += std::pow(expected[i], 2);
  }
  return norm == 0 ? std::sqrt(error) : std::sqrt(error / norm);
}

struct Computed {
  std::vector<float> output, gradients;
  float loss;
};

Computed compute(const Trainer& trainer, const std::vector<float>& input, const std::vector<float>& target,
                 reference::Shape s) {
  Computed c{std::vector<float>(input.size()), std::vector<float>(LDCT_PARAMETER_COUNT), 0};
  ok(ldct_gradients(trainer.get(), input.data(), target.data(), s.n, s.rows, s.columns, c.output.data(), &c.loss,
                    c.gradients.data()));
  return c;
}

TEST(the_reference_gradients_are_finite_differences_of_its_loss) {
  const reference::Shape s{1, 4, 5};
  Values p = widen(parameters(1)), x = widen(random(20, -1, 1, 2)), y = widen(random(20, -1, 1, 3));
  const Values gradients = reference::backward(p, x, y, s).gradients;
  for (int i : {3, 40, 2000, 5183, 5184, 5247, 5248, 15000, 23679, 23680, 23711, 23712, 24000, 24511, 24512}) {
    const double h = 1e-6, kept = p[i];
    p[i] = kept + h;
    const double above = reference::backward(p, x, y, s).loss;
    p[i] = kept - h;
    const double below = reference::backward(p, x, y, s).loss;
    p[i] = kept;
    CHECK(std::fabs((above - below) / (2 * h) - gradients[i]) < 1e-8 + 1e-6 * std::fabs(gradients[i]), "parameter ",
          i, ": ", gradients[i]);
  }
}

void check_gradients(const Computed& actual, const reference::Result& expected, double limit, const std::string& where) {
  for (int t = 0; t < 6; t++) {
    const double error = relative(actual.gradients.data(), expected.gradients.data(), reference::tensor_begin[t],
                                  reference::tensor_begin[t + 1]);
    CHECK(error < limit, where, " gradient of tensor ", t, " is off by ", error);
  }
}

void judge(reference::Shape s, int threads) {
  const size_t pixels = static_cast<size_t>(s.n) * s.rows * s.columns;
  // With few pixels, bf16 shows the ReLUs whose sign its rounding turns: nothing averages them out.
  const double few = pixels < 300 ? 4 : 1;
  const std::vector<float> p = parameters(7), x = random(pixels, -1, 3, 8), y = random(pixels, -1, 3, 9);
  const reference::Result expected = reference::backward(widen(p), widen(x), widen(y), s);
  for (const char* level : isa_levels) {
    for (const Precision& precision : precisions) {
      ForcedIsa forced(level);
      Engine opened = engine(threads);
      Trainer held = trainer(opened, p, adam(1e-3, precision.code));
      const Computed actual = compute(held, x, y, s);
      auto where = [&] {
        return std::string(level) + " " + precision.name + " " + std::to_string(s.n) + "x" + std::to_string(s.rows) +
               "x" + std::to_string(s.columns);
      };
      double scale = 1;
      for (size_t i = 0; i < pixels; i++) scale = std::fmax(scale, std::fabs(expected.output[i]));
      for (size_t i = 0; i < pixels; i++) {
        CHECK(std::fabs(actual.output[i] - expected.output[i]) < precision.output_limit * scale, where(), " pixel ", i,
              ": ", actual.output[i], " not ", expected.output[i]);
      }
      CHECK(std::fabs(actual.loss / expected.loss - 1) < precision.output_limit, where(), " loss ", actual.loss);
      check_gradients(actual, expected, precision.gradient_limit * (precision.code == LDCT_BF16 ? few : 1), where());
      std::vector<float> predicted(pixels);
      ok(ldct_predict(held.get(), x.data(), s.n, s.rows, s.columns, predicted.data()));
      CHECK(std::memcmp(predicted.data(), actual.output.data(), pixels * sizeof(float)) == 0, where(),
            " predict differs from the output of gradients");
    }
  }
}

TEST(one_pixel_and_one_row_or_column_images_are_right) {
  judge({1, 1, 1}, 1);
  judge({2, 1, 37}, 2);
  judge({1, 19, 1}, 2);
}

TEST(odd_sizes_are_right) {
  for (reference::Shape s :
       {reference::Shape{3, 3, 5}, {1, 13, 15}, {2, 17, 31}, {1, 9, 49}, {1, 9, 97}, {1, 9, 100}, {5, 8, 7}, {1, 3, 293}, {1, 4, 33}, {2, 3, 48}, {1, 5, 65}}) {
    judge(s, 2);
  }
}

// Nine images of 13 columns and one worker: two share a row of the tiles, and the last has it for itself. Twelve of 40 for two
// workers: three. Five of 65 for one: two.
TEST(images_that_share_rows_are_right) {
  judge({9, 6, 13}, 1);
  judge({12, 4, 40}, 2);
  judge({5, 3, 65}, 1);
}

// A row of tiles with room for two images, one of which is missing; an earlier one left what is no number in its place.
TEST(a_missing_image_adds_nothing_to_the_gradients) {
  ForcedIsa forced("amx");
  if (std::string(ldct::cpu::choose(LDCT_BF16).name) != "amx bf16") return;
  const int64_t rows = 6, columns = 13;
  const ldct::cpu::Part part{rows, columns, 0, rows};
  const std::vector<float> x = random(rows * columns, -1, 3, 8), y = random(rows * columns, -1, 3, 9);
  ldct::cpu::Network network{}, alone{}, beside{};
  ldct::cpu::to_kernel_order(parameters(7).data(), network);
  ldct::cpu::amx::TileMethod<1> method;
  for (int64_t piece = 0; piece < method.pieces(); piece++) {
    method.prepare(network, piece);
  }
  auto train = [&](int64_t images, ldct::cpu::Network& gradient) {
    const auto sweep = method.sweep(columns, images);
    sweep->reserve(part);
    for (int64_t r = 0; r < rows; r++) {
      std::copy_n(x.data() + r * columns, columns, sweep->input_row(0, r));
      for (int64_t i = 1; i < images; i++) {
        std::fill_n(sweep->input_row(i, r), columns, std::nanf(""));
      }
    }
    sweep->begin_gradients();
    sweep->train(part, {{y.data(), nullptr}}, 0.1f, gradient);
    sweep->end_gradients(gradient);
  };
  train(1, alone);
  train(2, beside);
  CHECK(std::isfinite(alone.weights1[0]) && alone.weights1[0] != 0, alone.weights1[0]);
  CHECK(std::memcmp(&alone, &beside, sizeof alone) == 0, "a missing image changes the gradients");
}

TEST(images_share_rows_of_tiles_where_that_saves_columns) {
  const ldct::cpu::amx::TileMethod<1> method;
  for (int64_t columns : {33, 40, 45, 50, 65, 70}) {
    CHECK(method.row_cost(columns, 2) < 2 * method.row_cost(columns, 1), columns, " columns leave half of a tile empty");
  }
  for (int64_t columns : {32, 64, 92, 96, 128, 512}) {
    CHECK(method.row_cost(columns, 2) >= 2 * method.row_cost(columns, 1), columns, " columns fill their tiles");
  }
}

TEST(an_image_of_more_pixels_than_are_summed_in_one_go_is_right) { judge({1, 40, 60}, 1); }

// What an earlier image, or a prediction, left in rows that are used again must not be seen.
TEST(rows_that_are_used_again_keep_nothing_of_earlier_images) {
  for (reference::Shape s : {reference::Shape{2, 7, 6}, {1, 18, 35}, {3, 12, 50}, {1, 26, 101}}) {
    const size_t pixels = static_cast<size_t>(s.n) * s.rows * s.columns;
    const std::vector<float> p = parameters(7), x = random(pixels, -1, 3, 8), y = random(pixels, -1, 3, 9),
                             z = random(pixels, -5, 9, 10);
    for (const char* level : isa_levels) {
      for (const Precision& precision : precisions) {
        ForcedIsa forced(level);
        Engine opened = engine(2);
        Trainer fresh = trainer(opened, p, adam(1e-3, precision.code)), used = trainer(opened, p, adam(1e-3, precision.code));
        const Computed expected = compute(fresh, x, y, s);
        std::vector<float> predicted(pixels);
        ok(ldct_predict(used.get(), z.data(), s.n, s.rows, s.columns, predicted.data()));
        compute(used, z, x, s);
        ok(ldct_predict(used.get(), x.data(), s.n, s.rows, s.columns, predicted.data()));
        const Computed actual = compute(used, x, y, s);
        const std::string where = std::string(level) + " " + precision.name + " " + std::to_string(s.columns) + " columns";
        CHECK(predicted == expected.output, where, ": prediction");
        CHECK(actual.output == expected.output && actual.gradients == expected.gradients, where, ": gradients");
      }
    }
  }
}

TEST(a_trainer_tells_the_memory_that_it_has_taken) {
  Engine opened = engine(1);
  Trainer held = trainer(opened, parameters(7), adam(1e-3, LDCT_FP32));
  auto memory = [&] {
    int64_t model = 0, activations = 0;
    ok(ldct_trainer_memory(held.get(), &model, &activations));
    return std::pair<int64_t, int64_t>(model, activations);
  };
  CHECK(memory().first >= int64_t{3 * LDCT_PARAMETER_COUNT * sizeof(float)} && memory().second == 0, memory().second);
  const std::vector<float> x = random(2 * 32 * 32, -1, 3, 8);
  float loss = 0;
  ok(ldct_step(held.get(), x.data(), x.data(), 2, 32, 32, &loss));
  const auto taken = memory();
  const int64_t all_layers = 2 * 32 * 32 * (1 + 64 + 32 + 1) * int64_t{sizeof(float)};
  CHECK(taken.second > 0 && taken.second < all_layers, taken.second, " of ", all_layers);
  ok(ldct_step(held.get(), x.data(), x.data(), 2, 32, 32, &loss));
  CHECK(memory() == taken, "a second step takes more");
  int64_t bytes = 0;
  CHECK(ldct_trainer_memory(held.get(), &bytes, nullptr) == LDCT_INVALID_ARGUMENT, "null");
}

// The smallest case that is measured, where most rows of an image are alive. Left out: tiles, which take up to 1.8 times as much.
TEST(a_step_takes_no_more_than_115_percent_of_all_layers_activations) {
  const std::vector<float> x = random(2 * 32 * 32, -1, 3, 8);
  for (const char* level : {"plain", "avx2", "avx512", "avx512bf16"}) {
    ForcedIsa forced(level);
    const bool pairs = std::strcmp(level, "avx512bf16") == 0 && __builtin_cpu_supports("avx512bf16");
    for (int32_t precision : {LDCT_FP32, LDCT_BF16}) {
      Engine opened = engine(2);
      Trainer held = trainer(opened, parameters(7), adam(1e-3, precision));
      for (int step = 0; step < 20; step++) {  // until both workers have had an image
        float loss = 0;
        ok(ldct_step(held.get(), x.data(), x.data(), 2, 32, 32, &loss));
      }
      int64_t model = 0, activations = 0;
      ok(ldct_trainer_memory(held.get(), &model, &activations));
      const double all_layers = 2 * 32 * 32 * (1 + 64 + 32 + 1) * (precision == LDCT_BF16 && pairs ? 2 : 4);
      CHECK(activations <= 1.15 * all_layers, level, " ", precision, ": ", activations, " of ", all_layers);
    }
  }
}

TEST(images_cut_into_parts_for_many_threads_are_right) { judge({1, 211, 3}, 3); }

// Winograd's components in bfloat16 are rounded, of integers too.
bool rounds_integers(const Precision& precision) {
  return std::string(ldct::cpu::choose(precision.code).name) == "avx512bf16";
}

std::vector<float> sparse_integers(std::mt19937& generator, size_t n, unsigned one_in, int largest) {
  std::vector<float> v(n);
  for (float& x : v) {
    x = generator() % one_in == 0 ? static_cast<float>(static_cast<int>(generator() % (2 * largest + 1)) - largest) : 0;
  }
  return v;
}

// Small sparse integers: every product and sum is exact, so all bits must agree. `one_in` thins out the parameters.
void judge_integers(reference::Shape s, int one_in, const std::vector<int32_t>& exact_in) {
  const size_t pixels = static_cast<size_t>(s.n) * s.rows * s.columns;
  std::mt19937 generator(11);
  const std::vector<float> p = sparse_integers(generator, LDCT_PARAMETER_COUNT, one_in, 2),
                           x = sparse_integers(generator, pixels, 4, 2), y = sparse_integers(generator, pixels, 4, 2);
  const reference::Result expected = reference::backward(widen(p), widen(x), widen(y), s);
  double largest = 0;
  for (double g : expected.gradients) largest = std::fmax(largest, std::fabs(g) * pixels);
  CHECK(largest > 100 && largest < (1 << 22), "the fill must neither vanish nor overflow the mantissa: ", largest);
  for (const char* level : isa_levels) {
    ForcedIsa forced(level);
    Engine opened = engine();
    for (const Precision& precision : precisions) {
      const bool exact = std::find(exact_in.begin(), exact_in.end(), precision.code) != exact_in.end();
      if (!exact || rounds_integers(precision)) continue;
      Trainer held = trainer(opened, p, adam(1e-3, precision.code));
      const Computed actual = compute(held, x, y, s);
      for (size_t i = 0; i < pixels; i++) {
        CHECK(static_cast<double>(actual.output[i]) == expected.output[i], level, " ", precision.name, " pixel ", i);
      }
      for (int i = 0; i < LDCT_PARAMETER_COUNT; i++) {
        CHECK(static_cast<double>(actual.gradients[i]) == expected.gradients[i], level, " ", precision.name,
              " parameter ", i, ": ", actual.gradients[i], " not ", expected.gradients[i]);
      }
    }
  }
}

TEST(integer_fills_are_exact) { judge_integers({2, 8, 16}, 40, {LDCT_FP32, LDCT_BF16X3}); }
TEST(integers_of_images_that_share_rows_are_exact) { judge_integers({8, 4, 8}, 40, {LDCT_FP32, LDCT_BF16X3}); }
TEST(integers_of_eight_bits_are_exact_in_bf16) { judge_integers({2, 8, 16}, 120, {LDCT_FP32, LDCT_BF16X3, LDCT_BF16}); }

// Biases so large that rounding turns the sign of no ReLU's input: what is left is rounding, and errors of indices or signs
// are far larger.
TEST(integers_are_within_the_promise_where_winograd_rounds_them) {
  const reference::Shape s{2, 10, 21};
  const size_t pixels = 420;
  std::mt19937 generator(12);
  std::vector<float> p = sparse_integers(generator, LDCT_PARAMETER_COUNT, 40, 2);
  auto fill_bias = [&](int tensor, float size) {
    for (int i = reference::tensor_begin[tensor]; i < reference::tensor_begin[tensor + 1]; i++) {
      p[i] = generator() % 4 == 0 ? -size : size;
    }
  };
  fill_bias(1, 32);
  fill_bias(3, 1024);
  const std::vector<float> x = sparse_integers(generator, pixels, 4, 2), y = sparse_integers(generator, pixels, 4, 2);
  const reference::Result expected = reference::backward(widen(p), widen(x), widen(y), s);
  for (const char* level : isa_levels) {
    ForcedIsa forced(level);
    Engine opened = engine();
    for (const Precision& precision : precisions) {
      const Computed actual = compute(trainer(opened, p, adam(1e-3, precision.code)), x, y, s);
      check_gradients(actual, expected, precision.gradient_limit, std::string(level) + " " + precision.name);
    }
  }
}

TEST(dot_products_are_taken_on_intel_only_where_asked_for) {
  for (const char* level : {"amx", "avx512bf16"}) {
    ForcedIsa forced(level);
    const std::vector<ldct::cpu::Candidate> candidates = ldct::cpu::candidates(LDCT_BF16);
    const bool asked_for = std::string(level) == "avx512bf16";
    const bool taken = ldct::cpu::isa().avx512_bf16 && (asked_for || !__builtin_cpu_is("intel"));
    CHECK(candidates[1].reason.empty() == taken, level, ": ", candidates[1].reason);
  }
}

TEST(without_bfloat16_kernels_its_precisions_are_computed_in_fp32) {
  for (const char* level : {"plain", "avx2", "avx512"}) {
    ForcedIsa forced(level);
    Engine opened = engine();
    const std::vector<float> p = parameters(1), x = random(64, -1, 1, 2);
    const Computed expected = compute(trainer(opened, p), x, x, {1, 8, 8});
    for (int32_t precision : {LDCT_BF16, LDCT_BF16X3}) {
      const Computed actual = compute(trainer(opened, p, adam(1e-3, precision)), x, x, {1, 8, 8});
      CHECK(actual.gradients == expected.gradients && actual.output == expected.output, level, " ", precision);
    }
  }
}

TEST(a_network_that_has_diverged_says_so) {
  for (const char* level : isa_levels) {
    ForcedIsa forced(level);
    Engine opened = engine();
    std::vector<float> p = parameters(1);
    p[100] = std::nanf("");
    Trainer held = trainer(opened, p);
    const std::vector<float> x = random(64, -1, 1, 2);
    CHECK(std::isnan(compute(held, x, x, {1, 8, 8}).loss), level, " hides NaN");
  }
}

}  // namespace
