#include "engine/update.h"

namespace ldct {
namespace {

constexpr double rmsprop_decay = 0.99;

}  // namespace

Update Update::of(const ldct_trainer_options& options, int64_t step) {
  Update update{};
  update.kind = options.optimizer;
  update.first = step == 1;
  update.rate = static_cast<float>(options.lr);
  switch (options.optimizer) {
    case LDCT_ADAM: {
      double t = static_cast<double>(step);
      update.rate = static_cast<float>(options.lr / (1 - std::pow(options.beta1, t)));
      update.decay1 = static_cast<float>(options.beta1);
      update.gain1 = static_cast<float>(1 - options.beta1);
      update.decay2 = static_cast<float>(options.beta2);
      update.gain2 = static_cast<float>(1 - options.beta2);
      update.inverse_root = static_cast<float>(1 / std::sqrt(1 - std::pow(options.beta2, t)));
      break;
    }
    case LDCT_SGD:
      update.decay1 = static_cast<float>(options.momentum);
      update.gain1 = static_cast<float>(1 - options.dampening);
      break;
    default:
      update.decay2 = static_cast<float>(rmsprop_decay);
      update.gain2 = static_cast<float>(1 - rmsprop_decay);
  }
  return update;
}

}  // namespace ldct
