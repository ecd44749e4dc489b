package org.ldctbench.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.npy.Npy;

/** The same seeded numbers for ourselves and for every peer. */
final class BenchData {
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
      target[i] = stored ? 1000f + 500f * structure : structure;
      input[i] = stored ? target[i] + 300f * noise : structure + noise;
    }
  }

  void write(Path folder) throws IOException {
    Npy.write(folder.resolve("params.npy"), parameters, parameters.length);
    int[] dimensions = {shape.mbs(), 1, shape.patch(), shape.patch()};
    Npy.write(folder.resolve("input.npy"), input, dimensions);
    Npy.write(folder.resolve("target.npy"), target, dimensions);
  }
}
