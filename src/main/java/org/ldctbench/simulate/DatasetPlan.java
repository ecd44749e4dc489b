package org.ldctbench.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** The patients of a set, in the order of info.yml: anatomy by anatomy, each train, val, test. */
record DatasetPlan(List<PlannedPatient> patients) {
  static DatasetPlan of(SimulationSettings settings, DicomSource source, String setName) {
    List<PlannedPatient> patients = new ArrayList<>();
    if (source == null) {
      for (Anatomy anatomy : settings.anatomies()) {
        for (int n = 0; n < settings.patients().total(); n++) {
          String id = id(anatomy, n);
          SourcePatient phantom =
              new PhantomPatient(
                  anatomy,
                  settings.slices(),
                  settings.size(),
                  DerivedNames.seed(settings.seed(), "phantom", id));
          patients.add(planned(settings, setName, id, n, settings.patients(), phantom));
        }
      }
    } else {
      List<? extends SourcePatient> sources = source.patients();
      SplitSizes sizes =
          settings.patients() == null ? SplitSizes.of(sources.size()) : settings.patients();
      if (sizes.total() > sources.size()) {
        throw new UserException(
            ExitCode.DATA,
            settings.source()
                + " has "
                + sources.size()
                + " patients, fewer than "
                + sizes
                + " asks for; lower --patients");
      }
      for (int n = 0; n < sizes.total(); n++) {
        String id = id(settings.anatomies().get(0), n);
        patients.add(planned(settings, setName, id, n, sizes, sources.get(n)));
      }
    }
    return new DatasetPlan(List.copyOf(patients));
  }

  private static PlannedPatient planned(
      SimulationSettings settings,
      String setName,
      String id,
      int number,
      SplitSizes sizes,
      SourcePatient source) {
    int split = number < sizes.train() ? 0 : number < sizes.train() + sizes.val() ? 1 : 2;
    return new PlannedPatient(setName, id, split, source, settings.repeats());
  }

  private static String id(Anatomy anatomy, int number) {
    return String.format("%s%03d", anatomy, number + 1);
  }

  int imagePairs() {
    return patients.stream().mapToInt(PlannedPatient::slices).sum();
  }

  /** All slices, relative to the root of the set. */
  Stream<String> files() {
    return patients.stream().flatMap(PlannedPatient::files);
  }
}
