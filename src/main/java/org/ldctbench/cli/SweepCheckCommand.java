package org.ldctbench.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.YamlFile;
import org.ldctbench.sweep.SweepConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ldctbench sweep check}: judges a file. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Validates a sweep file by W&B's rules.",
      "With --json: {\"valid\": .., \"warnings\": [..], \"errors\": [..]}."
    })
final class SweepCheckCommand implements Callable<Integer> {
  @Mixin SweepFile file;
  @Mixin JsonOutput form;

  @Override
  public Integer call() throws IOException {
    SweepConfig.Verdict verdict;
    try {
      verdict = SweepConfig.check(YamlFile.read(file.path));
    } catch (UserException e) {
      verdict = SweepConfig.Verdict.unreadable(e.getMessage());
    }
    if (form.json) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("valid", verdict.valid());
      answer.put("warnings", verdict.warnings());
      answer.put("errors", verdict.errors());
      JsonOutput.print(answer);
    } else {
      verdict.errors().forEach(text -> System.out.println("error: " + text));
      verdict.warnings().forEach(text -> System.out.println("warning: " + text));
      System.out.println(file.path + (verdict.valid() ? ": valid" : ": not valid"));
    }
    return verdict.valid() ? ExitCode.OK.code() : ExitCode.CONFIG.code();
  }
}
