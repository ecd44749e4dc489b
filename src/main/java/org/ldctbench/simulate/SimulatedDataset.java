package org.ldctbench.simulate;

import java.nio.file.Path;
import java.util.List;
import org.ldctbench.common.Progress;
import org.ldctbench.data.SliceCache;

/** The data set that {@code datafolder: simulated} stands for. */
public final class SimulatedDataset {
  /** The word for it in a configuration. */
  public static final String NAME = "simulated";

  private static final SimulationSettings SETTINGS =
      new SimulationSettings(
          null, List.of(Anatomy.values()), new SplitSizes(2, 1, 1), 8, 256, 0.05, null, 1, 1332);

  private SimulatedDataset() {}

  /**
   * Folder of the set in the user's cache folder, made if it is not there: 12 patients of 8 slices,
   * 256 x 256, at 5 percent of the dose; {@code info.yml} inside. Safe with several processes at
   * once.
   */
  public static Path ensure(Progress.Factory progress) {
    return ensure(SliceCache.defaultFolder(System.getenv()), progress);
  }

  static Path ensure(Path cacheFolder, Progress.Factory progress) {
    int threads = Runtime.getRuntime().availableProcessors();
    Path folder = cacheFolder.resolve(NAME);
    return Simulation.make(SETTINGS, folder, threads, true, progress).folder();
  }
}
