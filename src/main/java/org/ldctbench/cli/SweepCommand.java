package org.ldctbench.cli;

import picocli.CommandLine.Command;

/** {@code ldctbench sweep}: looks at sweeps and makes the rules of their files checkable. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    description = "Checks sweep files and shows sweeps.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SweepCheckCommand.class,
      SweepPpfCommand.class,
      SweepGridCommand.class,
      SweepHyperbandCommand.class,
      SweepShowCommand.class
    },
    footer = {
      "%nExamples:",
      "  ldctbench sweep check configs/cnn10-hpopt.yaml",
      "  ldctbench sweep show a1b2c3d4"
    })
public final class SweepCommand {}
