// SSIM and mean squared error against plain float64 loops.
#include <cmath>

#include "fixtures.h"
#include "reference.h"

namespace {

using namespace fixtures;

TEST(ssim_and_mse_agree_with_plain_loops) {
  const int sizes[][2] = {{7, 7}, {8, 11}, {7, 40}, {33, 7}, {64, 57}};
  for (const auto& size : sizes) {
    const int rows = size[0], columns = size[1], pixels = rows * columns;
    for (float level : {0.0f, 900.0f, 2900.0f}) {
      for (float noise : {0.0f, 0.01f, 40.0f}) {
        std::vector<float> a = random(pixels, level - noise, level + noise, 1);
        std::vector<float> b = random(pixels, level - noise + 1, level + noise + 1, 2);
        double squares = 0;
        for (int i = 0; i < pixels; i++) {
          a[i] = std::fmin(2924, std::fmax(0, a[i]));
          b[i] = std::fmin(2924, std::fmax(0, b[i]));
          const float d = a[i] - b[i];
          squares += static_cast<double>(d * d);
        }
        const double expected = reference::ssim(widen(a), widen(b), rows, columns, 2924);
        auto judge = [&](const char* name, const Engine& opened) {
          double ssim = 0, mse = 0;
          ok(ldct_image_quality(opened.get(), a.data(), b.data(), 1, rows, columns, 1, 0, 2924, &ssim, &mse));
          CHECK(std::fabs(ssim - expected) < 1e-9, name, " ", rows, "x", columns, ": ", ssim, " not ", expected);
          CHECK(std::fabs(mse - squares / pixels) <= 1e-12 * mse, name, " mse ", mse);
        };
        for (const char* isa : isa_levels) {
          ForcedIsa forced(isa);
          judge(isa, engine());
        }
        judge("cuda", engine(0, LDCT_CUDA));
      }
    }
  }
}

TEST(images_are_clipped_before_they_are_compared) {
  for (int32_t backend : backends) {
    Engine opened = engine(2, backend);
    const std::vector<float> low(49, -50.0f), zero(49, 0.0f), high(49, 4000.0f);
    double ssim = 0, mse = -1;
    ok(ldct_image_quality(opened.get(), low.data(), zero.data(), 1, 7, 7, 0, 2924, 2924, &ssim, &mse));
    CHECK(std::fabs(ssim - 1) < 1e-11 && mse == 0, ssim, " ", mse);
    ok(ldct_image_quality(opened.get(), high.data(), zero.data(), 1, 7, 7, 0, 2924, 2924, nullptr, &mse));
    CHECK(mse == 2924.0 * 2924.0, mse);
  }
}

TEST(many_pairs_give_the_same_numbers_as_each_alone) {
  for (int32_t backend : backends) {
    Engine opened = engine(3, backend);
    const int count = 7, rows = 12, columns = 10, pixels = rows * columns;
    const std::vector<float> a = random(count * pixels, 0, 3000, 1), b = random(count * pixels, 0, 3000, 2);
    double ssim[count], mse[count];
    ok(ldct_image_quality(opened.get(), a.data(), b.data(), count, rows, columns, 0, 2924, 2924, ssim, mse));
    for (int i = 0; i < count; i++) {
      double s = 0, m = 0;
      ok(ldct_image_quality(opened.get(), a.data() + i * pixels, b.data() + i * pixels, 1, rows, columns, 0, 2924, 2924,
                            &s, &m));
      CHECK(s == ssim[i] && m == mse[i], "pair ", i);
    }
  }
}

}  // namespace
