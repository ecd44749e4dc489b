package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ldctbench.common.ExitCode;

/** {@code ldctbench bench} as a user calls it. */
class BenchCommandTest {
  @TempDir Path folder;

  private CommandLineProcess.Result bench(String arguments) throws Exception {
    return new CommandLineProcess(folder, Map.of()).run(("bench " + arguments).split(" "));
  }

  @Test
  void eachCaseIsALineOfJsonThatDescribesItself() throws Exception {
    CommandLineProcess.Result result =
        bench("train-step --engine cpu --shape 1x8,2x8 --threads 1,2 --repeat 1 --json");
    assertEquals(0, result.code(), result.err());
    List<String> lines = result.out().lines().toList();
    assertEquals(4, lines.size());
    JsonNode row = new ObjectMapper().readTree(lines.get(3));
    assertEquals("train-step", row.path("bench").asText());
    assertEquals("ldctbench", row.path("framework").asText());
    assertEquals("cpu", row.path("engine").asText());
    assertEquals("fp32", row.path("precision").asText());
    assertEquals(2, row.path("mbs").asInt());
    assertEquals(8, row.path("patch").asInt());
    assertEquals(2, row.path("threads").asInt());
    double median = row.path("ms").path("median").asDouble();
    assertTrue(row.path("ms").path("min").asDouble() <= median && median > 0, lines.get(3));
    assertEquals(2 * 64 / median * 1e-3, row.path("mpix_per_s").asDouble(), 1e-9);
    for (String figure : List.of("gflops", "peak_share", "memory_bytes")) {
      assertTrue(row.path(figure).asDouble() > 0, figure);
    }
    for (String fact : List.of("kernel", "commit", "cpu", "date")) {
      assertTrue(row.path(fact).isTextual(), fact);
    }
    assertTrue(row.path("ratio_to_fewest_threads").path("min").asDouble() > 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "everything | choose train-step",
        "trials --peer pytorch | trials has no peers",
        "trials --parallel 1 | --parallel must be at least 2",
        "train-step --repeat 0 | --repeat must be at least 1",
        "train-step --shape 0x4 | 0x4",
        "predict --peer nobody | no peer 'nobody'",
      })
  void whatCannotBeMeasuredIsToldInOneLine(String arguments, String reason) throws Exception {
    CommandLineProcess.Result result = bench(arguments);
    assertEquals(ExitCode.USAGE.code(), result.code(), result.err());
    assertEquals("", result.out());
    String last = result.err().lines().reduce((first, second) -> second).orElse("");
    assertTrue(last.contains(reason), result.err());
  }
}
