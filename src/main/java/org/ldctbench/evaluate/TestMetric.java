package org.ldctbench.evaluate;

import java.util.Arrays;
import java.util.List;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Nearest;
import org.ldctbench.common.UserException;

/**
 * Image quality as {@code ldctbench-test} reports it, one number a slice. Source: ldct-benchmark's
 * test command.
 */
public enum TestMetric {
  /** On the examination's window, data range 1. */
  SSIM {
    @Override
    double[] of(Comparison pair) {
      return pair.windowed().ssim();
    }
  },
  /** On the examination's window, in dB; identical images give infinity. */
  PSNR {
    @Override
    double[] of(Comparison pair) {
      return Arrays.stream(pair.windowed().mse()).map(mse -> 10 * Math.log10(1 / mse)).toArray();
    }
  },
  /** In HU, both images clipped to the stored range [0, 2924] instead of windowed. */
  RMSE {
    @Override
    double[] of(Comparison pair) {
      return Arrays.stream(pair.clipped().mse()).map(Math::sqrt).toArray();
    }
  };

  /** One number a slice. */
  abstract double[] of(Comparison pair);

  /**
   * The metric of that name, in any case.
   *
   * @throws UserException with code USAGE if there is none
   */
  public static TestMetric named(String name) {
    List<String> known = Arrays.stream(values()).map(Enum::name).toList();
    for (TestMetric metric : values()) {
      if (metric.name().equalsIgnoreCase(name)) {
        return metric;
      }
    }
    throw new UserException(
        ExitCode.USAGE,
        "unknown metric '"
            + name
            + "'"
            + Nearest.hint(name, known)
            + "; known are "
            + String.join(", ", known));
  }
}
