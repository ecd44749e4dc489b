package org.ldctbench.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistributionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{min: -1.5, max: 4.0}",
        "{distribution: log_uniform, min: -3, max: 2}",
        "{distribution: log_uniform_values, min: 1e-05, max: 0.01}",
        "{distribution: inv_log_uniform, min: -3, max: 2}",
        "{distribution: inv_log_uniform_values, min: 0.001, max: 7}",
        "{distribution: normal, mu: 3, sigma: 2}",
        "{distribution: log_normal, mu: -1, sigma: 0.5}",
        "{distribution: beta, a: 2, b: 5}",
        "{distribution: beta, a: 0.5, b: 0.5}"
      })
  void cdfAndQuantileOfARealNumberInvertEachOther(String parameter) {
    Distribution distribution = TestConfigs.distribution(parameter);
    double previous = Double.NEGATIVE_INFINITY;
    for (double u = 0.01; u < 1; u += 0.01) {
      double value = (Double) distribution.quantile(u);
      assertEquals(u, distribution.cdf(value), 1e-9, parameter);
      assertTrue(value > previous, parameter + " rises");
      previous = value;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{min: 2, max: 9}",
        "{values: [3, a, true, 1e-05, null]}",
        "{values: [x, y, z], probabilities: [0.2, 0.5, 0.3]}",
        "{distribution: q_uniform, min: 0.0, max: 10, q: 2.5}",
        "{distribution: q_log_uniform_values, min: 1, max: 1000, q: 10}",
        "{distribution: q_log_uniform, min: 0, max: 5}",
        "{distribution: q_normal, mu: 5, sigma: 10, q: 2}",
        "{distribution: q_log_normal, mu: 1, sigma: 1, q: 0.5}",
        "{distribution: q_beta, a: 2, b: 3, q: 0.1}"
      })
  void thePositionOfADiscreteValueLeadsBackToIt(String parameter) {
    Distribution distribution = TestConfigs.distribution(parameter);
    for (double u = 0.005; u < 1; u += 0.01) {
      Object value = distribution.quantile(u);
      Object again = distribution.quantile(distribution.position(value));
      assertEquals(Values.canonical(value), Values.canonical(again), parameter + " at " + u);
    }
  }

  /** Values that W&B's rules give, worked out by hand. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{min: 1, max: 4} | 0.25 | 1",
        "{min: 1, max: 4} | 0.2500001 | 2",
        "{min: 1, max: 4} | 1 | 4",
        "{values: [10, 20, 30]} | 0.34 | 20",
        "{values: [10, 20, 30], probabilities: [0.1, 0.2, 0.7]} | 0.31 | 30",
        "{distribution: q_uniform, min: 1, max: 100, q: 5} | 0.005 | 0",
        "{distribution: q_uniform, min: 0, max: 5, q: 1} | 0.5 | 2",
        "{distribution: q_uniform, min: 0, max: 5} | 0.7 | 4",
        "{distribution: log_uniform_values, min: 0.01, max: 100} | 0.5 | 1",
        "{distribution: log_uniform, min: 0, max: 2} | 0.5 | 2.718281828459045",
        "{distribution: inv_log_uniform, min: 0, max: 2} | 0.5 | 0.36787944117144233",
        "{distribution: normal, mu: 1, sigma: 2} | 0.8413447460685429 | 3",
        "{distribution: beta, a: 2, b: 1} | 0.25 | 0.5"
      })
  void quantilesFollowTheRules(String parameter, double u, double expected) {
    double value = Values.number(TestConfigs.distribution(parameter).quantile(u));
    assertEquals(expected, value, 1e-9);
  }

  @Test
  void quantisedValuesAreIntegersOnlyIfTheStepIsOne() {
    String head = "{distribution: q_uniform, min: 0, max: 9";
    assertInstanceOf(Long.class, TestConfigs.distribution(head + ", q: 2}").quantile(0.6));
    assertInstanceOf(Double.class, TestConfigs.distribution(head + ", q: 2.0}").quantile(0.6));
    assertInstanceOf(Double.class, TestConfigs.distribution(head + "}").quantile(0.6));
  }

  @Test
  void theEndsOfTheUnitIntervalGiveLegalValues() {
    for (double u : new double[] {0, 1}) {
      long value = (Long) TestConfigs.distribution("{min: 2, max: 9}").quantile(u);
      assertEquals(u == 0 ? 2 : 9, value);
      double real =
          (Double)
              TestConfigs.distribution("{distribution: log_uniform_values, min: 1e-5, max: 0.01}")
                  .quantile(u);
      assertEquals(u == 0 ? 1e-5 : 0.01, real);
      assertTrue(
          Double.isFinite(
              (Double)
                  TestConfigs.distribution("{distribution: normal, mu: 0, sigma: 1}").quantile(u)));
    }
  }
}
