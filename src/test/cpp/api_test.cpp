// The C functions refuse what they cannot do, with a status and a message, and the pool survives.
#include <cmath>
#include <stdexcept>

#include "engine/thread_pool.h"
#include "fixtures.h"

namespace {

using namespace fixtures;

TEST(an_unknown_isa_level_is_refused_by_name) {
  ForcedIsa forced("sse9");
  ldct_engine_options options{LDCT_CPU, 0, 1};
  ldct_engine* opened = nullptr;
  CHECK(ldct_engine_open(&options, &opened) == LDCT_INVALID_ARGUMENT && !opened, "status");
  CHECK(std::string(ldct_last_error()).find("sse9") != std::string::npos, ldct_last_error());
}

TEST(a_precision_without_kernels_names_what_is_available) {
  Engine opened = engine();
  ldct_trainer_options options = adam(1e-3, LDCT_TF32);
  ldct_trainer* created = nullptr;
  CHECK(ldct_trainer_create(opened.get(), &options, &created) == LDCT_UNSUPPORTED && !created, "status");
  CHECK(std::string(ldct_last_error()).find("fp32") != std::string::npos, ldct_last_error());
}

TEST(bad_options_are_refused) {
  Engine opened = engine();
  ldct_trainer* created = nullptr;
  auto refused = [&](const ldct_trainer_options& options) {
    return ldct_trainer_create(opened.get(), &options, &created) == LDCT_INVALID_ARGUMENT && !created;
  };
  ldct_trainer_options o = adam();
  o.lr = std::nan("");
  CHECK(refused(o), "lr");
  o = adam();
  o.beta2 = 1;
  CHECK(refused(o), "beta2");
  o = adam();
  o.scale = 0;
  CHECK(refused(o), "scale");
  o = adam();
  o.optimizer = 3;
  CHECK(refused(o), "optimizer");
  o = adam();
  o.precision = -1;
  CHECK(refused(o), "precision");
  CHECK(ldct_trainer_create(opened.get(), nullptr, &created) == LDCT_INVALID_ARGUMENT, "null");
  ldct_engine_options negative{LDCT_CPU, 0, -1};
  ldct_engine* none = nullptr;
  CHECK(ldct_engine_open(&negative, &none) == LDCT_INVALID_ARGUMENT, "threads");
}

TEST(bad_shapes_are_refused) {
  Engine opened = engine();
  Trainer held = trainer(opened, parameters(1));
  float x[49] = {}, y[49] = {};
  double q = 0;
  CHECK(ldct_predict(held.get(), x, 1, 0, 7, y) == LDCT_INVALID_ARGUMENT, "no rows");
  CHECK(ldct_predict(held.get(), x, -1, 7, 7, y) == LDCT_INVALID_ARGUMENT, "negative n");
  CHECK(ldct_predict(held.get(), x, INT32_MAX, INT32_MAX, INT32_MAX, y) == LDCT_INVALID_ARGUMENT, "overflow");
  CHECK(ldct_image_quality(opened.get(), x, y, 1, 6, 7, 1, 0, 1, &q, nullptr) == LDCT_INVALID_ARGUMENT, "window");
}

TEST(capabilities_tell_their_size) {
  int64_t needed = 0;
  char small[4];
  CHECK(ldct_capabilities(small, 4, &needed) == LDCT_INVALID_ARGUMENT && needed > 100, needed);
  std::vector<char> text(needed);
  ok(ldct_capabilities(text.data(), needed, nullptr));
  CHECK(text[needed - 1] == 0 && text[0] == '{' && text[needed - 2] == '}', text.data());
}

TEST(closing_an_engine_before_its_trainer_is_survived) {
  Engine opened = engine();
  Trainer held = trainer(opened, parameters(1));
  opened.reset();
  float x[1] = {1}, y[1];
  ok(ldct_predict(held.get(), x, 1, 1, 1, y));
}

TEST(every_item_of_the_pool_runs_once_and_exceptions_come_back) {
  ldct::ThreadPool pool(4);
  for (int round = 0; round < 200; round++) {
    std::vector<int> done(round);
    pool.run(round, [&](int64_t item, int) { done[item]++; });
    for (int i = 0; i < round; i++) CHECK(done[i] == 1, "round ", round, " item ", i);
  }
  bool thrown = false;
  try {
    pool.run(10, [](int64_t item, int) {
      if (item == 3) throw std::runtime_error("three");
    });
  } catch (const std::runtime_error& e) {
    thrown = std::string(e.what()) == "three";
  }
  CHECK(thrown, "the exception was lost");
}

}  // namespace
