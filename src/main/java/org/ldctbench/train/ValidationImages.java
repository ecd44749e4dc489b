package org.ldctbench.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.Trainer;
import org.ldctbench.runlog.GreyImages;
import org.ldctbench.runlog.GreyImages.Window;
import org.ldctbench.wandb.run.WandbImages;

/** Saves the first image of the first validation batches: low dose, prediction and high dose. */
final class ValidationImages {
  private ValidationImages() {}

  /** Writes the files and returns what is logged, by key. */
  static Map<String, WandbImages> save(
      Path files, long iteration, Samples samples, Trainer trainer, PatchPlan plan, int batches)
      throws IOException {
    int count = Math.min(batches, plan.minibatches());
    if (count == 0) {
      return Map.of();
    }
    PatchPlan firsts = firstOfEach(plan, count);
    float[] low = samples.lowDose(firsts);
    float[] high = samples.highDose(firsts);
    PixelScale scale = samples.scale();
    float[] input = new float[low.length];
    for (int i = 0; i < low.length; i++) {
      input[i] = (low[i] - scale.offset()) / scale.scale();
    }
    float[] prediction = trainer.predict(input, count, plan.rows(), plan.columns());
    for (int i = 0; i < prediction.length; i++) {
      prediction[i] = prediction[i] * scale.scale() + scale.offset();
    }
    int pixels = plan.rows() * plan.columns();
    String[] keys = {"low dose", "prediction", "high dose"};
    Map<String, List<String>> paths = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      Window window = Window.of(patch(high, i, pixels));
      float[][] images = {low, prediction, high};
      for (int k = 0; k < keys.length; k++) {
        String path =
            GreyImages.write(
                files,
                keys[k],
                iteration,
                patch(images[k], i, pixels),
                plan.rows(),
                plan.columns(),
                window);
        paths.computeIfAbsent(keys[k], key -> new ArrayList<>()).add(path);
      }
    }
    Map<String, WandbImages> logged = new LinkedHashMap<>();
    paths.forEach(
        (key, names) ->
            logged.put(
                key,
                new WandbImages(
                    plan.columns(), plan.rows(), names, Collections.nCopies(count, key))));
    return logged;
  }

  private static PatchPlan firstOfEach(PatchPlan plan, int batches) {
    int[] windows = new int[3 * batches];
    for (int i = 0; i < batches; i++) {
      System.arraycopy(plan.windows(), 3 * i * plan.mbs(), windows, 3 * i, 3);
    }
    return new PatchPlan(windows, batches, plan.rows(), plan.columns());
  }

  private static float[] patch(float[] images, int index, int pixels) {
    return Arrays.copyOfRange(images, index * pixels, (index + 1) * pixels);
  }
}
