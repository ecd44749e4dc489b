// Optimisers, determinism, the slice cache and validation.
#include <cmath>

#include "cpu/optimizer.h"
#include "slice_cache.h"

namespace {

using namespace fixtures;

TEST(the_optimisers_follow_their_formulas) {
  const std::vector<float> start = random(64, -1, 1, 1);
  const double lr = 1e-3;
  for (int32_t kind : {LDCT_ADAM, LDCT_SGD, LDCT_RMSPROP}) {
    for (double momentum : {0.0, 0.9}) {
      const ldct_trainer_options options{LDCT_FP32, kind, lr, 0.9, 0.999, momentum, 0.3, 0, 1, 0};
      std::vector<float> p = start, m(64), v(64);
      std::vector<double> ep(p.begin(), p.end()), em(64), ev(64);
      for (int t = 1; t <= 5; t++) {
        std::vector<float> g = random(64, -1, 1, 10 + t);
        g[0] = 0;
        g[1] = 1e-10f;
        g[2] = 1e3f;
        ldct::cpu::apply(ldct::Update::of(options, t), 64, g.data(), p.data(), m.data(), v.data());
        for (int i = 0; i < 64; i++) {
          const double d = g[i];
          if (kind == LDCT_ADAM) {
            em[i] = 0.9 * em[i] + 0.1 * d;
            ev[i] = 0.999 * ev[i] + 0.001 * d * d;
            ep[i] -= lr / (1 - std::pow(0.9, t)) * em[i] / (std::sqrt(ev[i]) / std::sqrt(1 - std::pow(0.999, t)) + 1e-8);
          } else if (kind == LDCT_SGD) {
            em[i] = t == 1 ? d : momentum * em[i] + 0.7 * d;
            ep[i] -= lr * (momentum == 0 ? d : em[i]);
          } else {
            em[i] = 0.99 * em[i] + 0.01 * d * d;
            ep[i] -= lr * d / (std::sqrt(em[i]) + 1e-8);
          }
          CHECK(std::fabs(p[i] - ep[i]) < 3e-7 * std::fmax(1, std::fabs(ep[i])), "optimizer ", kind, " step ", t,
                " element ", i, ": ", p[i], " not ", ep[i]);
        }
      }
    }
  }
}

TEST(moments_too_small_to_matter_become_zero_and_the_caller_keeps_its_rounding) {
  const Engine cpu = engine(2);
  const std::vector<float> zeros(LDCT_PARAMETER_COUNT), image(64);
  const Trainer trainer = fixtures::trainer(cpu, zeros);
  std::vector<float> moments(2 * LDCT_PARAMETER_COUNT, 1e-40f);
  ok(ldct_trainer_set_state(trainer.get(), moments.data(), 5));
  float loss;
  ok(ldct_step(trainer.get(), image.data(), image.data(), 1, 8, 8, &loss));
  int64_t steps;
  ok(ldct_trainer_get_state(trainer.get(), moments.data(), &steps));
  CHECK(same(moments, std::vector<float>(moments.size())), "a denormal moment is still there");
  volatile float tiny = 1e-40f;
  CHECK(tiny * 1.0f > 0, "the caller's denormals are flushed");
}

TEST(training_on_windows_equals_steps_on_the_same_images) {
  for (int32_t backend : backends) {
    const Cache cache;
    Engine opened = engine(2, backend);
    Dataset slices = cache.open(opened);
    Trainer a = trainer(opened, parameters(3), scaled()), b = trainer(opened, parameters(3), scaled());
    const std::vector<int32_t> p = plan();
    std::vector<float> losses(iterations);
    ok(ldct_train(a.get(), slices.get(), p.data(), iterations, mbs, side, side, losses.data()));
    for (int i = 0; i < iterations; i++) {
      std::vector<float> low, high;
      for (int image = 0; image < mbs; image++) {
        const int32_t* w = p.data() + (i * mbs + image) * 3;
        for (int dose : {0, 1}) {
          std::vector<float> crop = cache.window(w[0], dose, w[1], w[2], side, side, 481.5f, 30000);
          std::vector<float>& all = dose ? high : low;
          all.insert(all.end(), crop.begin(), crop.end());
        }
      }
      float loss = 0;
      ok(ldct_step(b.get(), low.data(), high.data(), mbs, side, side, &loss));
      CHECK(loss == losses[i], "iteration ", i, ": ", losses[i], " not ", loss);
    }
    CHECK(same(parameters_of(a), parameters_of(b)), "parameters differ");
  }
}

TEST(neither_the_split_into_calls_nor_a_restart_nor_the_threads_change_a_bit) {
  for (int32_t backend : backends) {
    const Cache cache;
    const std::vector<int32_t> p = plan();
    for (int32_t kind : {LDCT_ADAM, LDCT_SGD, LDCT_RMSPROP}) {
      ldct_trainer_options options = scaled();
      options.optimizer = kind;
      options.momentum = 0.9;
      Engine one = engine(1, backend), three = engine(3, backend);
      Dataset slices1 = cache.open(one), slices3 = cache.open(three);
      Trainer whole = trainer(one, parameters(3), options), split = trainer(three, parameters(3), options);
      std::vector<float> losses(iterations), again(iterations);
      ok(ldct_train(whole.get(), slices1.get(), p.data(), iterations, mbs, side, side, losses.data()));
      ok(ldct_train(split.get(), slices3.get(), p.data(), 2, mbs, side, side, again.data()));
      std::vector<float> moments(2 * LDCT_PARAMETER_COUNT);
      int64_t steps = 0;
      ok(ldct_trainer_get_state(split.get(), moments.data(), &steps));
      CHECK(steps == 2, steps);
      Trainer resumed = trainer(three, parameters_of(split), options);
      ok(ldct_trainer_set_state(resumed.get(), moments.data(), steps));
      ok(ldct_train(resumed.get(), slices3.get(), p.data() + 2 * mbs * 3, iterations - 2, mbs, side, side,
                    again.data() + 2));
      CHECK(same(losses, again), "optimizer ", kind, ": losses differ");
      CHECK(same(parameters_of(whole), parameters_of(resumed)), "optimizer ", kind, ": parameters differ");
    }
  }
}

TEST(evaluation_is_prediction_denormalised_clipped_and_compared) {
  for (int32_t backend : backends) {
    const Cache cache;
    Engine opened = engine(2, backend);
    Dataset slices = cache.open(opened);
    Trainer held = trainer(opened, parameters(3), scaled());
    const std::vector<int32_t> p = plan();
    std::vector<float> losses(iterations);
    std::vector<double> ssim(iterations * mbs), mse(iterations * mbs);
    ok(ldct_evaluate(held.get(), slices.get(), p.data(), iterations, mbs, side, side, 0, 2924, losses.data(),
                     ssim.data(), mse.data()));
    for (int i = 0; i < iterations; i++) {
      double squares = 0;
      for (int image = 0; image < mbs; image++) {
        const int32_t* w = p.data() + (i * mbs + image) * 3;
        const std::vector<float> low = cache.window(w[0], 0, w[1], w[2], side, side, 481.5f, 30000);
        std::vector<float> high = cache.window(w[0], 1, w[1], w[2], side, side, 481.5f, 30000), out(side * side);
        ok(ldct_predict(held.get(), low.data(), 1, side, side, out.data()));
        for (int k = 0; k < side * side; k++) {
          squares += std::pow(static_cast<double>(out[k]) - high[k], 2);
          out[k] = out[k] * 30000.0f + 481.5f;
          high[k] = high[k] * 30000.0f + 481.5f;
        }
        double expected_ssim = 0, expected_mse = 0;
        ok(ldct_image_quality(opened.get(), high.data(), out.data(), 1, side, side, 0, 2924, 2924, &expected_ssim,
                              &expected_mse));
        CHECK(ssim[i * mbs + image] == expected_ssim && mse[i * mbs + image] == expected_mse, "image ", i * mbs + image);
      }
      CHECK(std::fabs(losses[i] / (squares / (mbs * side * side)) - 1) < 1e-6, "loss of batch ", i);
    }
  }
}

TEST(hostile_slice_tables_and_plans_are_refused) {
  for (int32_t backend : backends) {
    const Cache cache;
    Engine opened = engine(2, backend);
    ldct_dataset* none = nullptr;
    for (const std::vector<int64_t>& bad :
         {std::vector<int64_t>{1, 960, 20, 24, 0}, {-2, 960, 20, 24, 0}, {0, 4802, 20, 24, 0}, {0, 960, 0, 24, 0},
          {0, 960, 20, -1, 0}, {0, 960, 1 << 20, 1 << 20, 0}, {0, INT64_MAX - 1, 20, 24, 0}}) {
      CHECK(ldct_dataset_open(opened.get(), cache.path.c_str(), bad.data(), 1, &none) == LDCT_INVALID_ARGUMENT && !none,
            bad[0], " ", bad[1]);
    }
    CHECK(ldct_dataset_open(opened.get(), "/no/such/file", cache.table.data(), 3, &none) == LDCT_IO_ERROR, "status");
    CHECK(std::string(ldct_last_error()).find("/no/such/file") == 0, ldct_last_error());
    CHECK(ldct_dataset_open(opened.get(), "/tmp", cache.table.data(), 3, &none) == LDCT_IO_ERROR, "a folder");
    Dataset slices = cache.open(opened);
    Trainer held = trainer(opened, parameters(3));
    float loss = 0;
    for (const std::vector<int32_t>& bad :
         {std::vector<int32_t>{3, 0, 0}, {-1, 0, 0}, {0, -1, 0}, {0, 12, 0}, {0, 0, 16}, {0, INT32_MAX, 0}}) {
      CHECK(ldct_train(held.get(), slices.get(), bad.data(), 1, 1, side, side, &loss) == LDCT_INVALID_ARGUMENT, bad[0],
            " ", bad[1], " ", bad[2]);
    }
  }
}

}  // namespace
