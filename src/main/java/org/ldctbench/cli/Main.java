package org.ldctbench.cli;

import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.EngineException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** {@code ldctbench}: the entry point of every command. */
@Command(
    name = "ldctbench",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = "Tune and train low-dose CT denoisers at the speed of the hardware.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TrainCommand.class,
      HpoptCommand.class,
      TestCommand.class,
      SimulateCommand.class,
      InfoCommand.class,
      GoldenCommand.class,
      SuggestCommand.class,
      SweepCommand.class,
      DicomCommand.class,
      BenchCommand.class,
      SelfTestCommand.class,
      DownloadCommand.class,
      WandbCommand.class,
      AgentCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String... args) {
    CommandLine line =
        new CommandLine(new Main())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setAbbreviatedOptionsAllowed(true)
            .setOverwrittenOptionsAllowed(true)
            .setExecutionExceptionHandler(Main::report);
    // These take "-" for standard input, over which picocli's matching of abbreviations stumbles.
    for (CommandLine command : line.getSubcommands().get("sweep").getSubcommands().values()) {
      command.setAbbreviatedOptionsAllowed(false);
    }
    return line.execute(args);
  }

  /** How a command ends when an engine failed and nobody knew better. */
  static ExitCode exitCode(EngineException failure) {
    return switch (failure.kind()) {
      case DEVICE_LOST -> ExitCode.DEVICE_LOST;
      case INTERNAL, INVALID_ARGUMENT -> ExitCode.INTERNAL;
      default -> ExitCode.ENGINE;
    };
  }

  private static int report(Exception problem, CommandLine command, ParseResult parsed) {
    boolean verbose = parsed.originalArgs().contains("--verbose");
    ExitCode code =
        problem instanceof UserException user
            ? user.code()
            : problem instanceof EngineException failure ? exitCode(failure) : ExitCode.INTERNAL;
    String kind = code == ExitCode.INTERNAL ? "internal error: " + problem : problem.getMessage();
    command.getErr().println(command.getCommandName() + ": " + kind);
    if (verbose) {
      problem.printStackTrace(command.getErr());
    }
    return code.code();
  }
}
