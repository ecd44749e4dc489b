package org.ldctbench.evaluate;

import org.ldctbench.engine.Engine;
import org.ldctbench.engine.ImageQuality;

/** A prediction held against its target; what several metrics share is computed once. */
final class Comparison {
  private static final Engine.Clip CLIP = new Engine.Clip(0f, 2924f);

  private final Engine engine;
  private final ExamType type;
  private final SliceStack target;
  private final SliceStack prediction;
  private ImageQuality windowed;

  Comparison(Engine engine, ExamType type, SliceStack target, SliceStack prediction) {
    this.engine = engine;
    this.type = type;
    this.target = target;
    this.prediction = prediction;
  }

  /** On the examination's window, mapped to [0, 1]. */
  ImageQuality windowed() {
    if (windowed == null) {
      windowed = quality(type.window(target.stored()), type.window(prediction.stored()), null, 1.0);
    }
    return windowed;
  }

  /** On stored values clipped to [0, 2924]. */
  ImageQuality clipped() {
    return quality(target.stored(), prediction.stored(), CLIP, CLIP.high());
  }

  private ImageQuality quality(float[] a, float[] b, Engine.Clip clip, double dataRange) {
    return engine.imageQuality(
        a, b, target.count(), target.rows(), target.columns(), clip, dataRange);
  }
}
