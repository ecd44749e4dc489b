package org.ldctbench.golden;

import org.ldctbench.cli.GoldenCommand;
import picocli.CommandLine;

/** {@code ldctbench golden} as a process of its own, so that a test can choose its environment. */
final class GoldenMain {
  private GoldenMain() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new GoldenCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(args));
  }
}
