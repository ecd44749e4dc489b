package org.ldctbench.bench;

import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.ImageQuality;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.SliceTable;
import org.ldctbench.engine.Trainer;

/** An engine whose trainers are timed. Closing it leaves the engine behind it open. */
final class TimedEngine implements Engine {
  private final Engine engine;
  private final Clock clock = new Clock();

  TimedEngine(Engine engine) {
    this.engine = engine;
  }

  /** Time inside the engine so far. */
  long nanos() {
    return clock.nanos;
  }

  @Override
  public Trainer createTrainer(Optimizer optimizer, Precision precision, PixelScale scale) {
    return new TimedTrainer(engine.createTrainer(optimizer, precision, scale), clock);
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public String description() {
    return engine.description();
  }

  @Override
  public Dataset open(SliceTable table) {
    return engine.open(table);
  }

  @Override
  public ImageQuality imageQuality(
      float[] target,
      float[] prediction,
      int count,
      int rows,
      int columns,
      Clip clip,
      double dataRange) {
    return engine.imageQuality(target, prediction, count, rows, columns, clip, dataRange);
  }

  @Override
  public String kernel(Precision precision) {
    return engine.kernel(precision);
  }

  @Override
  public double measurePeak(Precision precision) {
    return engine.measurePeak(precision);
  }

  @Override
  public double measureSsim(
      float[] target,
      float[] prediction,
      int count,
      int rows,
      int columns,
      double dataRange,
      int runs) {
    return engine.measureSsim(target, prediction, count, rows, columns, dataRange, runs);
  }

  @Override
  public void close() {}

  /** Sum of times. */
  static final class Clock {
    private long nanos;

    void add(long more) {
      nanos += more;
    }
  }
}
