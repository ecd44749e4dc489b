package org.ldctbench.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.ldctbench.bench.Shape;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;

/**
 * What a training step of a typical shape takes in memory, found by doing some, beside what the
 * activations of all layers would take in the working precision.
 */
final class StepMemory {
  private static final List<Shape> SHAPES =
      List.of(new Shape(2, 32), new Shape(16, 64), new Shape(68, 92));

  /** Values that the network has for a pixel: the image, 64 and 32 channels, the output. */
  private static final int VALUES_A_PIXEL = 1 + 64 + 32 + 1;

  /** Workers join in when there is something to do; so many steps show whether another one does. */
  private static final int STEPS_ALIKE = 5;

  private static final int MOST_STEPS = 100;

  private StepMemory() {}

  /** Adds an object for each precision that the CPU offers and each shape. */
  static void measure(ArrayNode steps) {
    int cores = Runtime.getRuntime().availableProcessors();
    try (Engine engine = TrainEngine.open("cpu", cores, 0, Kernels.TUNED, line -> {})) {
      for (Precision precision : Precision.values()) {
        for (Shape shape : SHAPES) {
          add(steps, engine, precision, shape);
        }
      }
    }
  }

  private static void add(ArrayNode steps, Engine engine, Precision precision, Shape shape) {
    try (Trainer trainer =
        engine.createTrainer(Optimizer.adam(1e-4, 0.9, 0.999), precision, new PixelScale(0f, 1f))) {
      trainer.setParameters(InitialWeights.draw(1));
      float[] images = new float[Math.toIntExact(shape.pixels())];
      Trainer.Memory memory = trainer.memory();
      for (int step = 0, alike = 0; step < MOST_STEPS && alike < STEPS_ALIKE; step++) {
        trainer.step(images, images, shape.mbs(), shape.patch(), shape.patch());
        Trainer.Memory now = trainer.memory();
        alike = now.equals(memory) ? alike + 1 : 0;
        memory = now;
      }
      ObjectNode row = steps.addObject();
      row.put("precision", precision.label());
      row.put("mbs", shape.mbs());
      row.put("patch", shape.patch());
      row.put("model_bytes", memory.model());
      row.put("activation_bytes", memory.activations());
      row.put(
          "all_activations_bytes",
          shape.pixels() * VALUES_A_PIXEL * valueBytes(precision, engine.kernel(precision)));
    } catch (EngineException e) {
      if (e.kind() != EngineException.Cause.UNSUPPORTED) {
        throw e;
      }
    }
  }

  /** Where a precision has no kernels of its own, it is computed in float32. */
  private static long valueBytes(Precision precision, String kernel) {
    return precision == Precision.BF16 && !kernel.endsWith("fp32") ? 2 : 4;
  }
}
