package org.ldctbench.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.ldctbench.data.EpochPlan;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.SliceTable;

/** Six pairs of 24 x 24 images: blocks, and the same blocks with noise. */
final class TinySamples implements Samples {
  static final int MBS = 2;
  static final int ITERATIONS = 6;

  private static final int SIZE = 24;
  private static final int SLICES = 6;
  private static final int PATCH = 16;

  private final float[][] low = new float[SLICES][SIZE * SIZE];
  private final float[][] high = new float[SLICES][SIZE * SIZE];
  private final Dataset dataset;

  TinySamples(Engine engine, Path folder) throws IOException {
    Random random = new Random(3);
    int bytes = 2 * SIZE * SIZE;
    ByteBuffer file = ByteBuffer.allocate(2 * SLICES * bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<SliceTable.Slice> slices = new ArrayList<>();
    for (int s = 0; s < SLICES; s++) {
      for (int i = 0; i < SIZE * SIZE; i++) {
        high[s][i] = 600 + 200 * ((i / 6 + i / SIZE / 6 + s) % 4);
        low[s][i] = Math.round(high[s][i] + 40 * random.nextGaussian());
      }
      slices.add(new SliceTable.Slice(2L * s * bytes, (2L * s + 1) * bytes, SIZE, SIZE, false));
      put(file, low[s]);
      put(file, high[s]);
    }
    Path path = folder.resolve("tiny.slices");
    Files.write(path, file.array());
    dataset = engine.open(new SliceTable(path, slices));
  }

  private static void put(ByteBuffer file, float[] values) {
    for (float value : values) {
      file.putShort((short) value);
    }
  }

  @Override
  public Dataset dataset() {
    return dataset;
  }

  @Override
  public PixelScale scale() {
    return new PixelScale(900, 300);
  }

  @Override
  public EpochPlan epoch(int epoch) {
    Random random = new Random(100 + epoch);
    return new EpochPlan(plan(random, ITERATIONS), plan(random, 2));
  }

  private static PatchPlan plan(Random random, int minibatches) {
    int[] windows = new int[minibatches * MBS * 3];
    for (int i = 0; i < windows.length; i += 3) {
      windows[i] = random.nextInt(SLICES);
      windows[i + 1] = random.nextInt(SIZE - PATCH);
      windows[i + 2] = random.nextInt(SIZE - PATCH);
    }
    return new PatchPlan(windows, MBS, PATCH, PATCH);
  }

  @Override
  public float[] lowDose(PatchPlan plan) {
    return crops(low, plan);
  }

  @Override
  public float[] highDose(PatchPlan plan) {
    return crops(high, plan);
  }

  private static float[] crops(float[][] images, PatchPlan plan) {
    float[] crops = new float[plan.windows().length / 3 * PATCH * PATCH];
    for (int i = 0; i < crops.length; i++) {
      int w = 3 * (i / (PATCH * PATCH));
      int row = plan.windows()[w + 1] + i / PATCH % PATCH;
      crops[i] = images[plan.windows()[w]][row * SIZE + plan.windows()[w + 2] + i % PATCH];
    }
    return crops;
  }
}
