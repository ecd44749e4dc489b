package org.ldctbench.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.config.TrainKey;
import org.ldctbench.config.YamlFile;
import org.ldctbench.engine.Engine;
import org.ldctbench.runlog.RunFolder;
import org.ldctbench.train.DataSource;
import org.ldctbench.train.Launch;
import org.ldctbench.train.Training;
import org.ldctbench.train.TrainingData;
import org.ldctbench.train.TrainingResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ldctbench train}, also {@code ldctbench-train}: one training run. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    modelTransformer = TrainOptions.class,
    sortOptions = false,
    description = {
      "Train CNN-10 on low-dose CT slices.",
      "The run goes to wandb/[offline-]run-<time>-<id>/files: args.yaml, Losses.csv, Metrics.csv,"
          + " plots, images and the best network, best_SSIM.pt."
    },
    footer = {
      "",
      "Examples:",
      "  LDCTBENCH_DATAFOLDER=/data/ldct ldctbench-train --config configs/cnn10.yaml",
      "  ldctbench-train --trainer cnn10 --datafolder simulated --optimizer adam \\",
      "      --lr 1e-3 --mbs 4 --patchsize 64 --max_iterations 2000 \\",
      "      --iterations_before_val 200 --valsamples 2 --num_workers 0",
      "  ldctbench-train --resume wandb/latest-run"
    })
public final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private OutputOptions output;

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      description = "Continue a stopped run, by its folder or name, to the same result.")
  private String resume;

  private final Map<String, String> environment;

  private PrintWriter err;

  public TrainCommand() {
    this(System.getenv());
  }

  TrainCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    err = spec.commandLine().getErr();
    Map<String, Object> options = givenOptions();
    RunFolder folder = resume == null ? null : RunFolder.find(resume, environment);
    TrainArguments arguments = folder == null ? arguments(options) : recorded(folder, options);
    try (StopOnSignal stop = new StopOnSignal()) {
      DataSource source = DataSource.of(arguments, environment, output.progress(), err::println);
      arguments = arguments.withDataFolder(source.given());
      try (Engine engine = TrainEngine.open(arguments, err::println);
          TrainingData data = TrainingData.open(source, engine, environment, output.progress());
          ConsoleListener listener =
              new ConsoleListener(
                  spec.commandLine().getOut(), err, output.progress(), stop::requested)) {
        if (data.unusualRescale() > 0) {
          listener.warning(
              data.unusualRescale()
                  + " slices have a rescale slope or intercept other than 1 and -1024, which is"
                  + " not applied");
        }
        Training training = new Training(engine, data.samples(arguments), arguments, listener);
        Launch launch = new Launch(environment, commandLine());
        TrainingResult result =
            folder == null ? training.start(launch) : training.resume(folder, launch);
        return report(result);
      }
    }
  }

  private Integer report(TrainingResult result) {
    return switch (result.state()) {
      case FINISHED -> {
        if (result.bestIteration() > 0) {
          err.printf(
              "Best SSIM %.4f at iteration %d; run folder %s%n",
              result.bestSsim(), result.bestIteration(), result.folder());
        } else {
          err.println("Run folder " + result.folder());
        }
        yield ExitCode.OK.code();
      }
      case STOPPED -> {
        err.println(
            "Stopped at iteration "
                + result.iterations()
                + " and saved; continue with --resume "
                + result.folder());
        yield ExitCode.TERMINATED.code();
      }
      case DIVERGED -> {
        err.println("Run folder " + result.folder() + " (failed)");
        yield ExitCode.DIVERGED.code();
      }
    };
  }

  private TrainArguments arguments(Map<String, Object> options) {
    String config = String.valueOf(options.getOrDefault("config", ""));
    if (config.isEmpty()) {
      return TrainArguments.fromOptions(options);
    }
    // Options still have to be right one by one, as in the original.
    options.forEach(TrainArguments::checkOption);
    YamlFile file = YamlFile.read(Path.of(config));
    Map<String, Object> ours = new LinkedHashMap<>();
    options.forEach(
        (name, value) -> {
          if (TrainKey.all().get(name).need() == TrainKey.Need.OURS
              && !file.values().containsKey(name)) {
            ours.put(name, value);
          } else if (!name.equals("config")) {
            err.println("warning: --" + name + " is ignored: --config replaces it");
          }
        });
    return TrainArguments.fromYaml(file, ours);
  }

  /** The arguments of a run to continue; options may repeat them but not change them. */
  private static TrainArguments recorded(RunFolder folder, Map<String, Object> options) {
    Path file = folder.files().resolve("args.yaml");
    TrainArguments arguments = TrainArguments.fromYaml(YamlFile.read(file));
    options.forEach(
        (name, value) -> {
          Object checked = TrainArguments.checkOption(name, value);
          if (!Objects.equals(String.valueOf(checked), String.valueOf(arguments.value(name)))) {
            throw new UserException(
                ExitCode.USAGE,
                "--"
                    + name
                    + " "
                    + value
                    + " differs from the run's "
                    + arguments.value(name)
                    + "; leave it out, or start a new run");
          }
        });
    return arguments;
  }

  /** What was given after the command's name. */
  private List<String> commandLine() {
    List<String> all = spec.commandLine().getParseResult().originalArgs();
    return all.subList(Math.min(all.size(), spec.parent() == null ? 0 : 1), all.size());
  }

  /** Options that were given, by key; texts, except flags and lists. */
  private Map<String, Object> givenOptions() {
    Map<String, Object> given = new LinkedHashMap<>();
    for (OptionSpec option : spec.options()) {
      String name = option.longestName().substring(2);
      Object value = option.getValue();
      if (TrainKey.all().containsKey(name) && value != null) {
        given.put(name, value instanceof List<?> list ? List.copyOf(list) : value);
      }
    }
    return given;
  }
}
