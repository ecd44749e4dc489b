package org.ldctbench.selftest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.SliceTable;

/** A small seeded data set in a file: pairs of {@value #ROWS} x {@value #COLUMNS} slices. */
final class Slices {
  static final int COUNT = 6;
  static final int ROWS = 96;
  static final int COLUMNS = 88;
  static final PixelScale SCALE = new PixelScale(1000, 500);
  static final Engine.Clip CLIP = new Engine.Clip(0, 2924);

  private final short[][] low = new short[COUNT][ROWS * COLUMNS];
  private final short[][] high = new short[COUNT][ROWS * COLUMNS];
  private final SliceTable table;

  Slices(Path folder) throws IOException {
    Random random = new Random(5);
    int bytes = 2 * ROWS * COLUMNS;
    ByteBuffer file = ByteBuffer.allocate(2 * COUNT * bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<SliceTable.Slice> slices = new ArrayList<>();
    for (int s = 0; s < COUNT; s++) {
      for (int i = 0; i < ROWS * COLUMNS; i++) {
        int row = i / COLUMNS;
        double structure = Math.sin(0.1 * (i % COLUMNS) + s) * Math.cos(0.07 * row);
        high[s][i] = (short) (1000 + 600 * structure);
        low[s][i] = (short) (high[s][i] + 100 * random.nextGaussian());
      }
      slices.add(new SliceTable.Slice(2L * s * bytes, (2L * s + 1) * bytes, ROWS, COLUMNS, true));
      file.asShortBuffer().put(low[s]).put(high[s]);
      file.position(file.position() + 2 * bytes);
    }
    Path path = folder.resolve("selftest.slices");
    Files.write(path, file.array());
    table = new SliceTable(path, slices);
  }

  SliceTable table() {
    return table;
  }

  /** Seeded windows that lie within the slices. */
  static PatchPlan plan(int minibatches, int mbs, int edge, long seed) {
    Random random = new Random(seed);
    int[] windows = new int[3 * minibatches * mbs];
    for (int w = 0; w < windows.length; w += 3) {
      windows[w] = random.nextInt(COUNT);
      windows[w + 1] = random.nextInt(ROWS - edge + 1);
      windows[w + 2] = random.nextInt(COLUMNS - edge + 1);
    }
    return new PatchPlan(windows, mbs, edge, edge);
  }

  /** The windows of a plan as normalised images, cut out here. */
  Images cut(PatchPlan plan) {
    int[] windows = plan.windows();
    int pixels = plan.rows() * plan.columns();
    float[] input = new float[windows.length / 3 * pixels];
    float[] target = new float[input.length];
    for (int i = 0; i < input.length; i++) {
      int window = i / pixels * 3;
      int row = windows[window + 1] + i % pixels / plan.columns();
      int at = row * COLUMNS + windows[window + 2] + i % plan.columns();
      input[i] = (low[windows[window]][at] - SCALE.offset()) / SCALE.scale();
      target[i] = (high[windows[window]][at] - SCALE.offset()) / SCALE.scale();
    }
    return new Images(input, target, windows.length / 3, plan.rows(), plan.columns());
  }
}
