package org.ldctbench.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.Precision;
import org.ldctbench.train.Launch;
import org.ldctbench.train.Training;
import org.ldctbench.train.TrainingData;
import org.ldctbench.train.TrainingListener;
import org.ldctbench.train.TrainingResult;

/** Our own training run: one epoch with its validation, records and plots. */
final class LoopContender implements Contender {
  private final Engine engine;
  private final TrainingData data;
  private final Precision precision;
  private final Map<String, Object> options;
  private final List<Double> overheads = new ArrayList<>();

  /**
   * @param options of {@code ldctbench train} without the numbers of iterations
   */
  LoopContender(
      Engine engine, TrainingData data, Precision precision, Map<String, Object> options) {
    this.engine = engine;
    this.data = data;
    this.precision = precision;
    this.options = options;
  }

  @Override
  public String framework() {
    return "ldctbench";
  }

  @Override
  public String kernel() {
    return engine.kernel(precision);
  }

  /** Median over the newest samples of the share of wall time outside the engine. */
  double overhead(int samples) {
    List<Double> newest = overheads.subList(overheads.size() - samples, overheads.size());
    return Spread.of(newest.stream().mapToDouble(Double::doubleValue).toArray()).median();
  }

  @Override
  public double run(int times) {
    Map<String, Object> all = new LinkedHashMap<>(options);
    all.put("max_iterations", Integer.toString(times));
    all.put("iterations_before_val", Integer.toString(times));
    TrainArguments arguments = TrainArguments.fromOptions(all);
    TimedEngine timed = new TimedEngine(engine);
    try (TemporaryFolder folder = new TemporaryFolder()) {
      long start = System.nanoTime();
      TrainingResult result =
          new Training(timed, data.samples(arguments), arguments, new TrainingListener() {})
              .start(launchIn(folder));
      long wall = System.nanoTime() - start;
      if (result.state() != TrainingResult.State.FINISHED) {
        throw new UserException(
            ExitCode.DIVERGED, "the measured training diverged; this is a defect");
      }
      overheads.add(1 - (double) timed.nanos() / wall);
      return wall * 1e-6 / times;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Launch launchIn(TemporaryFolder folder) {
    return new Launch(
        Map.of("WANDB_DIR", folder.path().toString(), "WANDB_MODE", "offline"), List.of());
  }
}
