package org.ldctbench.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.SliceTable;
import org.ldctbench.npy.Npy;

/** The same seeded numbers for ourselves and for every peer. */
final class BenchData {
  /** Of the stored values in {@link #slices}. */
  static final PixelScale SCALE = new PixelScale(1000, 250);

  private static final int SEED = 1332;

  final float[] parameters = InitialWeights.draw(SEED);
  final float[] input;
  final float[] target;
  private final Shape shape;

  BenchData(BenchCase benchCase) {
    shape = benchCase.shape();
    int count = Math.toIntExact(shape.pixels());
    input = new float[count];
    target = new float[count];
    boolean stored = benchCase.kind() == BenchKind.SSIM;
    Random random = new Random(SEED);
    for (int i = 0; i < count; i++) {
      // Smooth structure plus noise, normalised for the network or in stored units for SSIM.
      float structure = (float) Math.sin(0.05 * (i % shape.patch()) + 0.0007 * i);
      float noise = (float) random.nextGaussian() * 0.2f;
      target[i] = stored ? 1000f + 500f * structure : normalised(structure);
      input[i] = stored ? target[i] + 300f * noise : normalised(structure + noise);
    }
  }

  /** The nearest value that a stored integer stands for. */
  private static float normalised(float value) {
    return (Math.round(value * SCALE.scale() + SCALE.offset()) - SCALE.offset()) / SCALE.scale();
  }

  void write(Path folder) throws IOException {
    Npy.write(folder.resolve("params.npy"), parameters, parameters.length);
    int[] dimensions = {shape.mbs(), 1, shape.patch(), shape.patch()};
    Npy.write(folder.resolve("input.npy"), input, dimensions);
    Npy.write(folder.resolve("target.npy"), target, dimensions);
  }

  /** Normalised images as a file of slices, a pair for each image. */
  SliceTable slices(Path folder) throws IOException {
    int pixels = shape.patch() * shape.patch();
    ByteBuffer file = ByteBuffer.allocate(4 * input.length).order(ByteOrder.LITTLE_ENDIAN);
    List<SliceTable.Slice> slices = new ArrayList<>();
    for (int image = 0; image < shape.mbs(); image++) {
      long low = file.position();
      for (float[] values : List.of(input, target)) {
        for (int i = image * pixels; i < (image + 1) * pixels; i++) {
          file.putShort((short) Math.round(values[i] * SCALE.scale() + SCALE.offset()));
        }
      }
      long high = low + 2L * pixels;
      slices.add(new SliceTable.Slice(low, high, shape.patch(), shape.patch(), true));
    }
    Path path = folder.resolve("bench.slices");
    Files.write(path, file.array());
    return new SliceTable(path, slices);
  }

  /** Minibatches of all slices. */
  PatchPlan plan(int minibatches) {
    int[] windows = new int[3 * shape.mbs() * minibatches];
    for (int w = 0; w < windows.length / 3; w++) {
      windows[3 * w] = w % shape.mbs();
    }
    return new PatchPlan(windows, shape.mbs(), shape.patch(), shape.patch());
  }
}
