package org.ldctbench.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.sweep.SweepConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ldctbench sweep ppf}: quantile functions. */
@Command(
    name = "ppf",
    mixinStandardHelpOptions = true,
    description =
        "Quantile functions: each line {\"parameter\": {...}, \"u\": [...]} is answered by"
            + " {\"values\": [...]}, or {\"error\": text}; JSON is the only form there is.")
final class SweepPpfCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "JSON lines; - reads standard input.")
  String file;

  @Mixin JsonOutput form;

  @Override
  public Integer call() throws IOException {
    for (String line : JsonInput.lines(file)) {
      Map<String, Object> question = JsonInput.object(line);
      if (!(question.get("parameter") instanceof Map<?, ?> parameter)
          || !(question.get("u") instanceof List<?> u)) {
        throw new UserException(
            ExitCode.CONFIG, "needs \"parameter\" (object) and \"u\" (array): " + line);
      }
      JsonOutput.print(SweepConfig.quantiles(parameter, u));
    }
    return ExitCode.OK.code();
  }
}
