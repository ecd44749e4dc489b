package org.ldctbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.bench.BenchRow.Figures;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

class BenchReportTest {
  private static final Machine MACHINE = new Machine("Some GPU", "Some CPU", "abc", "2026-01-02");

  private static BenchRow row(String framework, Spread ratio, Figures figures) {
    Spread ms = new Spread(2, 1.5, 3.25);
    return new BenchRow(
        "train-step", framework, null, "k", "fp32", 2, 32, 1, ms, 1.024, figures, ratio, MACHINE);
  }

  @Test
  void aTableHasOnlyTheColumnsThatAreFilled() {
    Figures figures = Figures.arithmetic(50, 200.0).withMemory(3L << 19);
    String expected =
        """
        | bench      | framework | kernel | precision | shape | threads | ms (median) |     min..max \
        | Mpixel/s | GFLOP/s | of peak |  memory |        vs best peer |
        |------------|-----------|--------|-----------|-------|--------:|------------:|-------------:\
        |---------:|--------:|--------:|--------:|--------------------:|
        | train-step | ours      | k      | fp32      | 2x32  |       1 |       2.000 | 1.500..3.250 \
        |     1.02 |      50 |    25 % | 1.5 MiB | 4.00 x (3.50..5.00) |
        | train-step | peer      | k      | fp32      | 2x32  |       1 |       2.000 | 1.500..3.250 \
        |     1.02 |         |         |         |                     |

        Some GPU; Some CPU, commit abc, 2026-01-02
        geometric mean of 1 ratios to the best peer setting: 4.00
        """;
    assertEquals(
        expected,
        BenchReport.markdown(
            List.of(row("ours", new Spread(4, 3.5, 5), figures), row("peer", null, Figures.NONE))));
  }

  @Test
  void theGeometricMeanOfTwoAndEightIsFour() {
    assertEquals(4, BenchReport.geometricMean(new double[] {2, 8}), 1e-12);
  }

  @Test
  void jsonIsFlatAndLeavesOutWhatIsNotKnown() {
    JsonNode json = new ObjectMapper().valueToTree(row("ours", null, Figures.loop(500, 0.01)));
    assertEquals(500, json.path("iterations_per_s").asDouble());
    assertEquals(0.01, json.path("overhead").asDouble());
    assertEquals(1.5, json.path("ms").path("min").asDouble());
    assertEquals("Some CPU", json.path("cpu").asText());
    assertEquals("Some GPU", json.path("device").asText());
    assertFalse(json.has("gflops"));
    assertFalse(json.has("ratio_to_best_peer"));
    assertFalse(json.has("figures"));
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertEquals(new Spread(3, 1, 9), Spread.of(new double[] {9, 2, 4, 1}));
    assertEquals(new Spread(4, 1, 9), Spread.of(new double[] {9, 4, 1}));
  }

  @Test
  void ratiosAreThoseOfSamplesSideBySideToTheFastest() {
    Samples ours = new Samples(1, 2, 4);
    Samples slow = new Samples(10, 10, 10);
    Samples fast = new Samples(3, 8, 8);
    assertEquals(new Spread(3, 2, 4), fast.over(ours));
    assertEquals(new Spread(5, 2.5, 10), slow.over(ours));
    assertEquals(new Spread(3, 2, 4), Samples.fastestOver(Arrays.asList(slow, null, fast), ours));
    assertEquals(new Spread(1.5, 1, 2), Samples.fastestOver(List.of(fast), ours.times(2)));
    assertNull(Samples.fastestOver(Collections.singletonList(null), ours));
  }

  @Test
  void aShapeIsAMinibatchAndAnEdge() {
    assertEquals(new Shape(68, 92), Shape.parse("68x92"));
    assertEquals(68L * 92 * 92, Shape.parse("68x92").pixels());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "16", "16x", "x64", "0x64", "16x0", "-1x4", "16X64", "16x64 ", "1x99999"})
  void anythingElseIsNoShape(String text) {
    UserException problem = assertThrows(UserException.class, () -> Shape.parse(text));
    assertEquals(ExitCode.USAGE, problem.code());
  }
}
