package org.ldctbench.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ldctbench.common.Progress;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.data.DataFolder;
import org.ldctbench.data.InfoFile;
import org.ldctbench.simulate.SimulatedDataset;

/**
 * Where the slices of a run are and which patients they belong to. Equal sources can share one
 * {@link TrainingData}.
 *
 * @param given the data folder as args.yaml records it
 */
public record DataSource(InfoFile info, Path folder, String given) {
  private static final String INFO_NAME = "info.yml";

  /**
   * Applies the data folder rule and finds the info.yml: the one asked for, else the one at the top
   * of the folder (a simulated set has it), else the published split.
   *
   * @param log receives what a user should know, one line each
   * @throws org.ldctbench.common.UserException DATA or CONFIG
   */
  public static DataSource of(
      TrainArguments arguments,
      Map<String, String> environment,
      Progress.Factory progress,
      Consumer<String> log) {
    return of(arguments.dataFolder(), arguments.info(), environment, progress, log);
  }

  /**
   * The same for a data folder and an info.yml given one by one.
   *
   * @param dataFolder may be empty
   */
  public static DataSource of(
      String dataFolder,
      Optional<String> infoFile,
      Map<String, String> environment,
      Progress.Factory progress,
      Consumer<String> log) {
    String given =
        dataFolder.isEmpty() ? environment.getOrDefault(DataFolder.VARIABLE, "") : dataFolder;
    Path folder =
        SimulatedDataset.NAME.equals(given)
            ? SimulatedDataset.ensure(progress)
            : DataFolder.resolve(dataFolder, environment, log);
    return new DataSource(info(infoFile, folder, log), folder, given);
  }

  private static InfoFile info(Optional<String> file, Path folder, Consumer<String> log) {
    if (file.isPresent()) {
      return InfoFile.read(Path.of(file.get()));
    }
    Path own = folder.resolve(INFO_NAME);
    if (Files.isRegularFile(own)) {
      log.accept("Using the split and statistics of " + own);
      return InfoFile.read(own);
    }
    return InfoFile.published();
  }
}
