package org.ldctbench.evaluate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;
import org.ldctbench.data.InfoFile;
import org.ldctbench.data.SliceCache;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.PixelScale;

/**
 * Evaluates denoisers on the test split, a few slices at a time, and writes volumes and numbers as
 * the original's test command does. Results are complete after every patient.
 */
public final class Evaluation {
  private static final int SLICES_AT_ONCE = 8;

  private final Engine engine;
  private final PixelScale scale;
  private final List<TestMetric> metrics;
  private final Path folder;

  /**
   * @param scale of the normalisation that the networks were trained with
   * @param folder receives {@code test_metrics.yaml} and one folder of volumes a patient
   */
  public Evaluation(Engine engine, PixelScale scale, List<TestMetric> metrics, Path folder) {
    this.engine = engine;
    this.scale = scale;
    this.metrics = List.copyOf(metrics);
    this.folder = folder;
  }

  /** Evaluates the low-dose images and every method on all test patients. */
  public TestResults run(
      InfoFile info,
      SliceCache cache,
      List<? extends Denoiser> methods,
      Progress.Factory progress) {
    List<TestSet.Examination> examinations = new TestSet(info, cache).examinations();
    List<Denoiser> all = new ArrayList<>(List.of(Denoiser.LOW_DOSE));
    all.addAll(methods);
    TestResults results = new TestResults();
    long total = examinations.stream().mapToLong(TestSet.Examination::slices).sum() * all.size();
    try (Progress shown = progress.start("Test", total, "slices")) {
      for (TestSet.Examination examination : examinations) {
        Path volumes = folder.resolve(examination.id());
        Files.createDirectories(volumes);
        writeHighDose(examination, volumes);
        for (Denoiser method : all) {
          evaluate(examination, method, volumes, results, shown);
        }
        results.write(folder.resolve("test_metrics.yaml"));
      }
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT,
          "cannot write results to " + folder + " (" + e.getMessage() + "); give --results_dir",
          e);
    }
    return results;
  }

  private void writeHighDose(TestSet.Examination examination, Path volumes) throws IOException {
    AtomicFile.write(
        volumes.resolve(volumeName("HD", examination)),
        out -> {
          VolumeFile volume = new VolumeFile(out);
          for (int from = 0; from < examination.slices(); from += SLICES_AT_ONCE) {
            volume.append(roundTrip(examination.high(from, count(examination, from))));
          }
        });
  }

  private void evaluate(
      TestSet.Examination examination,
      Denoiser method,
      Path volumes,
      TestResults results,
      Progress progress)
      throws IOException {
    Map<TestMetric, double[]> values = new EnumMap<>(TestMetric.class);
    metrics.forEach(metric -> values.put(metric, new double[examination.slices()]));
    AtomicFile.write(
        volumes.resolve(volumeName(method.name(), examination)),
        out -> {
          VolumeFile volume = new VolumeFile(out);
          for (int from = 0; from < examination.slices(); from += SLICES_AT_ONCE) {
            int count = count(examination, from);
            SliceStack prediction = predict(method, examination.low(from, count));
            Comparison pair =
                new Comparison(
                    engine,
                    examination.type(),
                    roundTrip(examination.high(from, count)),
                    prediction);
            for (TestMetric metric : metrics) {
              System.arraycopy(metric.of(pair), 0, values.get(metric), from, count);
            }
            volume.append(prediction);
            progress.advance(count);
          }
        });
    values.forEach(
        (metric, numbers) -> results.put(examination.id(), metric, method.name(), numbers));
  }

  private SliceStack predict(Denoiser method, SliceStack low) {
    float[] output =
        method.denoise(normalise(low.stored()), low.count(), low.rows(), low.columns());
    return new SliceStack(denormalise(output), low.count(), low.rows(), low.columns());
  }

  /** The original judges images that went through the network's scale and back. */
  private SliceStack roundTrip(SliceStack slices) {
    return new SliceStack(
        denormalise(normalise(slices.stored())), slices.count(), slices.rows(), slices.columns());
  }

  private float[] normalise(float[] stored) {
    float[] normalised = Arrays.copyOf(stored, stored.length);
    for (int i = 0; i < normalised.length; i++) {
      normalised[i] = (normalised[i] - scale.offset()) / scale.scale();
    }
    return normalised;
  }

  private float[] denormalise(float[] normalised) {
    float[] stored = new float[normalised.length];
    for (int i = 0; i < stored.length; i++) {
      stored[i] = normalised[i] * scale.scale() + scale.offset();
    }
    return stored;
  }

  private static int count(TestSet.Examination examination, int from) {
    return Math.min(SLICES_AT_ONCE, examination.slices() - from);
  }

  private static String volumeName(String method, TestSet.Examination examination) {
    return VolumeFile.name(method, examination.rows(), examination.columns(), examination.slices());
  }
}
