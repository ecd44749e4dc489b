package org.ldctbench.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.ldctbench.checkpoint.Checkpoint;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.config.YamlFile;
import org.ldctbench.runlog.RunFolder;

/**
 * The best network of a run and how it was trained.
 *
 * @param iteration at which the network was kept
 * @param parameters {@code [24513]}
 */
public record TrainedRun(
    RunFolder folder, TrainArguments arguments, long iteration, float[] parameters) {
  /**
   * Reads files/args.yaml and files/best_SSIM.pt of a run.
   *
   * @param run folder, or folder name below ./wandb (or WANDB_DIR) with or without the {@code
   *     offline-run-} or {@code run-} prefix
   * @throws UserException CONFIG if there is no such run, or a file of it is missing or damaged
   */
  public static TrainedRun load(String run, Map<String, String> environment) {
    RunFolder folder = RunFolder.find(run, environment);
    TrainArguments arguments =
        TrainArguments.fromYaml(YamlFile.read(folder.files().resolve("args.yaml")));
    Path file = folder.files().resolve(RunRecord.CHECKPOINT);
    if (!Files.exists(file)) {
      throw new UserException(
          ExitCode.CONFIG, file + ": is missing; the run has no validated network yet");
    }
    Checkpoint checkpoint = Checkpoint.read(file);
    return new TrainedRun(folder, arguments, checkpoint.iteration(), checkpoint.parameters());
  }

  public static TrainedRun load(Path folder) {
    return load(folder.toString(), Map.of());
  }
}
