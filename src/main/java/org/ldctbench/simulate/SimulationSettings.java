package org.ldctbench.simulate;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * What a simulated data set is made from.
 *
 * @param source folder of full-dose CT slices, or null for phantoms
 * @param anatomies body regions; with a source exactly one, which names its patients
 * @param patients patients of each split, for each anatomy; null with a source: all that it has
 * @param slices slices of each patient; with a source the most to take, or null for all
 * @param size pixels of a phantom slice in both directions
 * @param dose fraction of the full dose, in (0, 1]
 * @param photons photons per detector bin and view through air at full dose; null for the anatomy's
 *     own
 * @param repeats independent low-dose scans of each slice
 */
public record SimulationSettings(
    Path source,
    List<Anatomy> anatomies,
    SplitSizes patients,
    Integer slices,
    int size,
    double dose,
    Double photons,
    int repeats,
    long seed) {
  static final int MIN_SIZE = 64;
  static final int MAX_SIZE = 1024;
  private static final int MOST_SLICES = 999;

  public SimulationSettings {
    anatomies = List.copyOf(anatomies);
    require(dose > 0 && dose <= 1, "dose " + dose + " is not above 0 and at most 1");
    require(
        size >= MIN_SIZE && size <= MAX_SIZE,
        "size " + size + " is not in " + MIN_SIZE + ".." + MAX_SIZE);
    require(
        slices == null || (slices >= 1 && slices <= MOST_SLICES),
        "slices " + slices + " is not in 1.." + MOST_SLICES);
    require(repeats >= 1 && repeats <= 100, "repeats " + repeats + " is not in 1..100");
    require(
        photons == null || (photons >= 1e3 && photons <= 1e9),
        "photons " + photons + " is not in 1e3..1e9");
    require(
        !anatomies.isEmpty() && anatomies.stream().distinct().count() == anatomies.size(),
        "each anatomy can be named once: C, L, N");
    require(
        source == null || anatomies.size() == 1,
        "slices from a folder get one anatomy letter: C, L or N");
    if (source == null) {
      Objects.requireNonNull(patients);
      Objects.requireNonNull(slices);
    }
  }

  double photons(Anatomy anatomy) {
    return photons == null ? anatomy.photons() : photons;
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new UserException(ExitCode.USAGE, problem);
    }
  }
}
