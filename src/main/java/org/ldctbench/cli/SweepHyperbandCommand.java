package org.ldctbench.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.sweep.Hyperband;
import org.ldctbench.sweep.HyperbandQuery;
import org.ldctbench.sweep.SweepConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ldctbench sweep hyperband}: early termination. */
@Command(
    name = "hyperband",
    mixinStandardHelpOptions = true,
    description = {
      "Which running runs early termination stops. Reads runs from standard input or --runs:",
      "JSON lines {\"id\": .., \"state\": \"running\", \"history\": [..]}, or one array of them;",
      "answers {\"bands\": [...], \"stop\": [ids]}; JSON is the only form there is."
    })
final class SweepHyperbandCommand implements Callable<Integer> {
  @Mixin SweepFile file;
  @Mixin JsonOutput form;

  @Option(names = "--runs", defaultValue = "-", description = "File of runs. Default: stdin.")
  String runs;

  @Override
  public Integer call() throws IOException {
    SweepConfig sweep = file.read();
    Hyperband hyperband =
        sweep
            .earlyTerminate()
            .orElseThrow(
                () ->
                    new UserException(
                        ExitCode.CONFIG, file.path + ": has no 'early_terminate' to apply"));
    HyperbandQuery query = new HyperbandQuery(hyperband, sweep.metric().orElseThrow());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("bands", hyperband.bands());
    answer.put("stop", query.stopped(JsonInput.objects(runs)));
    JsonOutput.print(answer);
    return ExitCode.OK.code();
  }
}
