package org.ldctbench.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhotonStatisticsTest {
  @ParameterizedTest
  @CsvSource({"0, 0.25", "3, 0.5", "5, 0.1", "6.5, 0.75"})
  void whatIsAddedFollowsThePublishedFormula(double lineIntegral, double dose) {
    PhotonStatistics scan = new PhotonStatistics(2e5, 10);
    double inverse = Math.exp(lineIntegral) / 2e5;
    double published = (1 - dose) / dose * inverse * (1 + (1 + dose) / dose * 100 * inverse);
    assertEquals(published, scan.addedVariance(lineIntegral, dose), 1e-9 * published);
  }

  @Test
  void photonsFollowPoisson() {
    assertEquals(Math.exp(4) / 1e5, new PhotonStatistics(1e5, 0).logVariance(4, 1), 1e-12);
  }

  @Test
  void fullDoseAddsNothing() {
    assertEquals(0, new PhotonStatistics(1e5, 10).addedVariance(5, 1));
  }

  @Test
  void starvedRaysStayFinite() {
    assertTrue(new PhotonStatistics(1e3, 10).logVariance(60, 0.01) <= 1);
  }
}
