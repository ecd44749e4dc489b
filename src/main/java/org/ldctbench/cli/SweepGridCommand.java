package org.ldctbench.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.sweep.SearchHistory;
import org.ldctbench.sweep.Searcher;
import org.ldctbench.sweep.SweepConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ldctbench sweep grid}: the runs of a grid. */
@Command(
    name = "grid",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the runs of a grid sweep in their order, one JSON object a line.",
      "With --json: one array."
    })
final class SweepGridCommand implements Callable<Integer> {
  private static final int MOST_RUNS = 1_000_000;

  @Mixin SweepFile file;
  @Mixin JsonOutput form;

  @Override
  public Integer call() throws IOException {
    SweepConfig sweep = file.read();
    if (sweep.method() != SweepConfig.Method.GRID) {
      throw new UserException(
          ExitCode.CONFIG, file.path + ": 'method' must be grid to list its runs");
    }
    List<Map<String, Object>> runs =
        Searcher.of(sweep, 0).suggest(new SearchHistory(List.of()), MOST_RUNS);
    if (form.json) {
      JsonOutput.print(runs);
    } else {
      for (Map<String, Object> run : runs) {
        JsonOutput.print(run);
      }
    }
    return ExitCode.OK.code();
  }
}
