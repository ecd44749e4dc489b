package org.ldctbench.evaluate;

import java.util.ArrayList;
import java.util.List;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.data.InfoFile;
import org.ldctbench.data.Patient;
import org.ldctbench.data.SliceCache;
import org.ldctbench.data.Split;
import org.ldctbench.engine.SliceTable;

/** The test split, patient by patient, read from the slice cache. */
final class TestSet {
  private final SliceCache cache;
  private final List<Patient> patients;

  TestSet(InfoFile info, SliceCache cache) {
    this.cache = cache;
    this.patients = info.patients(Split.TEST);
    if (patients.isEmpty()) {
      throw new UserException(ExitCode.DATA, "the data set has no test patients");
    }
  }

  List<Examination> examinations() {
    List<Examination> examinations = new ArrayList<>();
    for (int p = 0; p < patients.size(); p++) {
      examinations.add(new Examination(patients.get(p), cache.first(Split.TEST, p)));
    }
    return examinations;
  }

  /** One patient's slices; they share a size. */
  final class Examination {
    private final Patient patient;
    private final int first;
    private final SliceTable.Slice shape;

    Examination(Patient patient, int first) {
      this.patient = patient;
      this.first = first;
      this.shape = cache.table().slices().get(first);
      for (int i = 1; i < patient.slices(); i++) {
        SliceTable.Slice other = cache.table().slices().get(first + i);
        if (other.rows() != shape.rows() || other.columns() != shape.columns()) {
          throw new UserException(
              ExitCode.DATA,
              "patient " + patient.id() + ": slice " + (i + 1) + " has another size than slice 1");
        }
      }
    }

    String id() {
      return patient.id();
    }

    ExamType type() {
      return ExamType.ofFolder(patient.id());
    }

    int slices() {
      return patient.slices();
    }

    int rows() {
      return shape.rows();
    }

    int columns() {
      return shape.columns();
    }

    SliceStack low(int from, int count) {
      return stack(from, count, false);
    }

    SliceStack high(int from, int count) {
      return stack(from, count, true);
    }

    private SliceStack stack(int from, int count, boolean high) {
      int pixels = rows() * columns();
      float[] stored = new float[count * pixels];
      for (int i = 0; i < count; i++) {
        float[] slice = high ? cache.high(first + from + i) : cache.low(first + from + i);
        System.arraycopy(slice, 0, stored, i * pixels, pixels);
      }
      return new SliceStack(stored, count, rows(), columns());
    }
  }
}
