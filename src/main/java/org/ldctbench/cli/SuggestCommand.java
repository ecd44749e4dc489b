package org.ldctbench.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.ldctbench.sweep.Searcher;
import org.ldctbench.sweep.SuggestStream;
import org.ldctbench.sweep.SweepConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ldctbench suggest}: the searcher alone, for other programs. */
@Command(
    name = "suggest",
    mixinStandardHelpOptions = true,
    description = {
      "Proposes parameter sets for a sweep and learns from runs it is told about.",
      "Reads JSON lines: {\"ask\": 4} is answered by an array of 4 parameter sets;",
      "{\"id\": \"7\", \"config\": {...}, \"state\": \"finished\", \"metric\": 0.9} tells of a run."
    },
    footer = {
      "%nExample:",
      "  echo '{\"ask\": 2}' | ldctbench suggest --config configs/cnn10-hpopt.yaml --stream"
    })
public final class SuggestCommand implements Callable<Integer> {
  @Option(names = "--config", required = true, description = "Sweep configuration, YAML or JSON.")
  Path config;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Same seed and input, same answers. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--stream",
      required = true,
      description = "Answer line by line until the input ends.")
  boolean stream;

  @Mixin OutputOptions output;

  @Override
  public Integer call() throws IOException {
    SweepConfig sweep = SweepConfig.read(config);
    sweep.warnings().forEach(warning -> System.err.println("warning: " + warning));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    Searcher searcher = Searcher.of(sweep, seed);
    Thread warmUp = new Thread(searcher::warmUp, "warm-up");
    warmUp.setDaemon(true);
    warmUp.start();
    new SuggestStream(searcher).serve(in, out);
    return 0;
  }
}
