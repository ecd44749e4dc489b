package org.ldctbench.cli;

import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Precision;
import picocli.CommandLine.Option;

/** Which engine does the arithmetic, and how. */
final class EngineOptions {
  @Option(
      names = "--engine",
      defaultValue = "auto",
      description = "auto, cpu or cuda (default: ${DEFAULT-VALUE}).")
  private String engine;

  @Option(
      names = "--device",
      defaultValue = "0",
      description = "CUDA device (default: ${DEFAULT-VALUE}).")
  private int device;

  @Option(names = "--threads", defaultValue = "0", description = "CPU threads; 0 = one a core.")
  private int threads;

  @Option(
      names = "--precision",
      defaultValue = "fp32",
      description = "fp32, bf16, bf16x3 or tf32 (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  @Option(
      names = "--kernels",
      defaultValue = "tuned",
      description = "Whose kernels a GPU runs: tuned or cudnn (default: ${DEFAULT-VALUE}).")
  private Kernels kernels;

  Engine open() {
    String resolved = TrainEngine.resolved(engine, precision, System.err::println);
    return TrainEngine.open(resolved, threads(), device, kernels, System.err::println);
  }

  int threads() {
    if (threads < 0) {
      throw new UserException(ExitCode.USAGE, "--threads must not be negative");
    }
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
  }

  Precision precision() {
    return precision;
  }
}
