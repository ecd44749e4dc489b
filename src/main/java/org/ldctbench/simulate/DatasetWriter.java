package org.ldctbench.simulate;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;
import org.ldctbench.data.InfoFile;
import org.ldctbench.data.Patient;
import org.ldctbench.dicom.CtImage;
import org.ldctbench.dicom.DicomWriter;

/** Makes the files of a plan, slices in parallel; the files do not depend on the threads. */
final class DatasetWriter {
  static final String INFO_FILE = "info.yml";

  /** Read-out noise of a detector bin, in photons. */
  private static final double ELECTRONIC_NOISE = 10;

  private final SimulationSettings settings;
  private final Path root;
  private final Histogram lowDoseTraining = new Histogram();
  private final Map<Anatomy, CtNoise> scanners = new EnumMap<>(Anatomy.class);

  DatasetWriter(SimulationSettings settings, Path root, int size) {
    this.settings = settings;
    this.root = root;
    for (Anatomy anatomy : settings.anatomies()) {
      PhotonStatistics statistics =
          new PhotonStatistics(settings.photons(anatomy), ELECTRONIC_NOISE);
      scanners.put(anatomy, new CtNoise(size, statistics));
    }
  }

  void write(DatasetPlan plan, int threads, Progress progress) throws IOException {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (PlannedPatient patient : plan.patients()) {
      for (PlannedPatient.Series series : PlannedPatient.Series.values()) {
        Files.createDirectories(root.resolve(patient.folder(series)));
      }
      for (int index = 0; index < patient.source().slices(); index++) {
        int slice = index;
        tasks.add(
            () -> {
              writeSlice(patient, slice);
              progress.advance(patient.repeats());
              return null;
            });
      }
    }
    runAll(tasks, threads);
    info(plan).write(root.resolve(INFO_FILE));
  }

  private void writeSlice(PlannedPatient patient, int index) throws IOException {
    SourceSlice slice = patient.source().slice(index);
    CtNoise scanner = scanners.get(patient.source().anatomy());
    long seed = patient.seed(settings.seed(), index);
    for (int repeat = 0; repeat < patient.repeats(); repeat++) {
      ImagePair pair = ImagePair.scan(slice, scanner, settings.dose(), seed, repeat);
      int number = index * patient.repeats() + repeat + 1;
      writeImage(patient, slice, PlannedPatient.Series.FULL_DOSE, number, pair.fullDose());
      writeImage(patient, slice, PlannedPatient.Series.LOW_DOSE, number, pair.lowDose());
      if (patient.split() == 0) {
        lowDoseTraining.add(pair.lowDose());
      }
    }
  }

  private void writeImage(
      PlannedPatient patient,
      SourceSlice slice,
      PlannedPatient.Series series,
      int number,
      short[] pixels)
      throws IOException {
    CtImage image =
        new CtImage(
            patient.study(),
            patient.seriesUid(series),
            series.description(),
            !slice.measured() && series == PlannedPatient.Series.FULL_DOSE,
            patient.instanceUid(series, number),
            number,
            slice.size(),
            slice.size(),
            slice.pixelSpacing(),
            slice.thickness(),
            slice.z(),
            patient.source().anatomy().window(),
            pixels);
    Path file = root.resolve(patient.file(series, number));
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      DicomWriter.write(out, image);
    }
  }

  private InfoFile info(DatasetPlan plan) {
    List<List<Patient>> splits = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    plan.patients().forEach(patient -> splits.get(patient.split()).add(patient.entry()));
    return new InfoFile(
        lowDoseTraining.mean(),
        lowDoseTraining.standardDeviation(),
        lowDoseTraining.min(),
        lowDoseTraining.max(),
        false,
        splits.get(0),
        splits.get(1),
        splits.get(2));
  }

  private static void runAll(List<Callable<Void>> tasks, int threads) throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Void>> results = new ArrayList<>();
      tasks.forEach(task -> results.add(pool.submit(task)));
      for (Future<Void> result : results) {
        result.get();
      }
    } catch (ExecutionException problem) {
      if (problem.getCause() instanceof UserException user) {
        throw user;
      }
      if (problem.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException(problem.getCause());
    } catch (InterruptedException | CancellationException stopped) {
      Thread.currentThread().interrupt();
      throw new UserException(ExitCode.INTERRUPTED, "simulation interrupted", stopped);
    } finally {
      pool.shutdownNow();
      awaitEnd(pool);
    }
  }

  /** The folder may be removed next, so no task may still be writing into it. */
  private static void awaitEnd(ExecutorService pool) {
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
