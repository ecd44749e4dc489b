package org.ldctbench.simulate;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ldctbench.data.Patient;
import org.ldctbench.dicom.CtImage;

/**
 * One patient of the set to be made: where its slices come from and what its files are called.
 *
 * @param setName what tells this set from every other; enters the UIDs
 * @param split 0 train, 1 val, 2 test
 */
record PlannedPatient(String setName, String id, int split, SourcePatient source, int repeats) {
  static final String DATA_FOLDER = "LDCT-and-Projection-data";
  private static final String STUDY_DATE = "01-01-2022";
  private static final int UID_DIGITS = 5;

  /** The two doses of a study. */
  enum Series {
    LOW_DOSE("Low Dose Images"),
    FULL_DOSE("Full Dose Images");

    private final String description;

    Series(String description) {
      this.description = description;
    }

    String description() {
      return description;
    }
  }

  int slices() {
    return source.slices() * repeats;
  }

  /** Seed of everything random about slice {@code index} of the source. */
  long seed(long setSeed, int index) {
    return DerivedNames.seed(setSeed, id, index);
  }

  CtImage.Study study() {
    return new CtImage.Study(
        id,
        LocalDate.of(2022, 1, 1),
        "Simulated low-dose CT, " + source.anatomy().region(),
        studyUid(),
        DerivedNames.uid(setName, id, "frame of reference"));
  }

  String seriesUid(Series series) {
    return DerivedNames.uid(setName, id, series);
  }

  String instanceUid(Series series, int number) {
    return DerivedNames.uid(setName, id, series, number);
  }

  /** Folder of a series, relative to the root of the set. */
  String folder(Series series) {
    return String.join(
        "/",
        DATA_FOLDER,
        id,
        STUDY_DATE + "-NA-NA-" + ending(studyUid()),
        "1.000000-" + series.description() + "-" + ending(seriesUid(series)));
  }

  /** The slice {@code number} (from 1) of a series, relative to the root of the set. */
  String file(Series series, int number) {
    return folder(series) + "/" + entry().fileName(number);
  }

  /** The slices of both series, relative to the root of the set. */
  Stream<String> files() {
    return Arrays.stream(Series.values())
        .flatMap(
            series -> IntStream.rangeClosed(1, slices()).mapToObj(number -> file(series, number)));
  }

  /** What info.yml says about the patient. */
  Patient entry() {
    return new Patient(
        id, "./" + folder(Series.LOW_DOSE), "./" + folder(Series.FULL_DOSE), slices());
  }

  private String studyUid() {
    return DerivedNames.uid(setName, id, "study");
  }

  private static String ending(String uid) {
    return uid.substring(uid.length() - UID_DIGITS);
  }
}
