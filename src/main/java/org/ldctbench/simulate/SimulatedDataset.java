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
          null, List.of(Anatomy.values()), new SplitSizes(2, 1, 1), 6, 512, 0.1, null, 1, 1332);

  private SimulatedDataset() {}

  /**
   * Folder of the set in the user's cache folder, made if it is not there: 12 patients of 6 slices,
   * 512 x 512, {@code info.yml} inside. Safe with several processes at once.
   */
  public static Path ensure(Progress.Factory progress) {
    Path folder = SliceCache.defaultFolder(System.getenv()).resolve(NAME);
    int threads = Runtime.getRuntime().availableProcessors();
    return Simulation.make(SETTINGS, folder, threads, true, progress).folder();
  }
}
