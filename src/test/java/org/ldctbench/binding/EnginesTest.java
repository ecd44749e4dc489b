package org.ldctbench.binding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.EngineException.Cause;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.SliceTable;
import org.ldctbench.engine.Trainer;
import org.ldctbench.engine.Validation;

class EnginesTest {
  private static final Optimizer ADAM = Optimizer.adam(1e-3, 0.9, 0.999);
  private static final PixelScale SCALE = new PixelScale(500, 500);

  @TempDir Path folder;

  private static Engine cpu() {
    return Engines.open("cpu", 2, 0, line -> {});
  }

  private static Cause kind(org.junit.jupiter.api.function.Executable body) {
    return assertThrows(EngineException.class, body).kind();
  }

  /** One pair of 16 x 16 slices: a ramp, and the same ramp plus one. */
  private SliceTable ramp() throws IOException {
    ByteBuffer pixels = ByteBuffer.wrap(new byte[2 * 2 * 256]).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 512; i++) {
      pixels.putShort((short) (4 * (i % 256) + i / 256));
    }
    Path file = folder.resolve("cache");
    Files.write(file, pixels.array());
    return new SliceTable(file, List.of(new SliceTable.Slice(0, 512, 16, 16, false)));
  }

  @Test
  void autoTakesAnEngineAndSaysWhichAndWhy() {
    List<String> lines = new ArrayList<>();
    try (Engine engine = Engines.open("auto", 1, 0, lines::add)) {
      assertEquals(1, lines.size());
      assertTrue(lines.get(0).startsWith("engine: " + engine.name()), lines.get(0));
      if (engine.name().equals("cpu")) {
        assertTrue(lines.get(0).contains("not cuda: "), lines.get(0));
      }
    }
  }

  @Test
  void anUnknownEngineIsRefused() {
    assertEquals(Cause.INVALID_ARGUMENT, kind(() -> Engines.open("tpu", 1, 0, line -> {}).close()));
  }

  @Test
  void capabilitiesAreJsonThatNamesAKernelForEveryPrecision() throws IOException {
    var cpu = new ObjectMapper().readTree(Engines.capabilities()).path("cpu");
    assertTrue(cpu.path("cores").asInt() >= 1);
    assertTrue(cpu.path("precisions").path("fp32").path("kernel").isTextual());
    for (Precision precision : Precision.values()) {
      assertTrue(cpu.path("precisions").has(precision.label()), precision.label());
    }
  }

  @Test
  void trainingLowersTheLossAndValidationSeesIt() throws IOException {
    try (Engine engine = cpu();
        Dataset dataset = engine.open(ramp());
        Trainer trainer = engine.createTrainer(ADAM, Precision.FP32, SCALE)) {
      trainer.setParameters(InitialWeights.draw(1));
      int[] windows = new int[40 * 2 * 3];
      for (int i = 0; i < 80; i++) {
        windows[3 * i + 1] = i % 9;
        windows[3 * i + 2] = i * 5 % 9;
      }
      PatchPlan plan = new PatchPlan(windows, 2, 8, 8);
      Engine.Clip clip = new Engine.Clip(0, 2924);
      Validation before = trainer.evaluate(dataset, plan.slice(0, 3), clip);
      float[] losses = trainer.train(dataset, plan);
      Validation after = trainer.evaluate(dataset, plan.slice(0, 3), clip);
      assertEquals(40, losses.length);
      assertEquals(before.losses()[0], losses[0], 1e-6f * losses[0]);
      assertTrue(after.losses()[0] < 0.5 * before.losses()[0]);
      assertEquals(6, after.quality().ssim().length);
      assertEquals(40, trainer.state().steps());
    }
  }

  @Test
  void aTrainerRestoredFromItsStateContinuesBitForBit() {
    float[] x = new float[2 * 9 * 7];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(i);
    }
    try (Engine engine = cpu();
        Trainer straight = engine.createTrainer(ADAM, Precision.FP32, SCALE);
        Trainer resumed = engine.createTrainer(ADAM, Precision.FP32, SCALE)) {
      straight.setParameters(InitialWeights.draw(3));
      straight.step(x, x, 2, 9, 7);
      resumed.setParameters(straight.parameters());
      resumed.setState(straight.state());
      assertEquals(straight.step(x, x, 2, 9, 7), resumed.step(x, x, 2, 9, 7));
      assertArrayEquals(straight.parameters(), resumed.parameters());
    }
  }

  @Test
  void arraysOfTheWrongLengthNeverReachNativeCode() {
    try (Engine engine = cpu();
        Trainer trainer = engine.createTrainer(ADAM, Precision.FP32, SCALE)) {
      float[] nine = new float[9];
      assertEquals(Cause.INVALID_ARGUMENT, kind(() -> trainer.setParameters(nine)));
      assertEquals(Cause.INVALID_ARGUMENT, kind(() -> trainer.predict(nine, 1, 3, 4)));
      assertEquals(Cause.INVALID_ARGUMENT, kind(() -> trainer.step(nine, new float[8], 1, 3, 3)));
      assertEquals(Cause.INVALID_ARGUMENT, kind(() -> trainer.predict(nine, 1 << 20, 1 << 20, 9)));
      assertEquals(
          Cause.INVALID_ARGUMENT, kind(() -> trainer.setState(new Trainer.State(new float[1], 0))));
      assertEquals(
          Cause.INVALID_ARGUMENT, kind(() -> engine.imageQuality(nine, nine, 1, 3, 3, null, 1)));
    }
  }

  @Test
  void whatIsClosedRefusesToWorkAndMayBeClosedAgain() {
    Engine engine = cpu();
    Trainer trainer = engine.createTrainer(ADAM, Precision.FP32, SCALE);
    trainer.close();
    trainer.close();
    assertEquals(Cause.INVALID_ARGUMENT, kind(trainer::parameters));
    engine.close();
    assertEquals(
        Cause.INVALID_ARGUMENT,
        kind(() -> engine.createTrainer(ADAM, Precision.FP32, SCALE).close()));
  }

  @Test
  void aMissingCacheFileIsAnInputError() {
    SliceTable table =
        new SliceTable(folder.resolve("missing"), List.of(new SliceTable.Slice(0, 0, 1, 1, false)));
    try (Engine engine = cpu()) {
      EngineException problem =
          assertThrows(EngineException.class, () -> engine.open(table).close());
      assertEquals(Cause.IO_ERROR, problem.kind());
      assertTrue(problem.getMessage().contains("missing"), problem.getMessage());
    }
  }

  @Test
  void aPrecisionWithoutKernelsIsUnsupported() {
    try (Engine engine = cpu()) {
      EngineException problem =
          assertThrows(
              EngineException.class,
              () -> engine.createTrainer(ADAM, Precision.TF32, SCALE).close());
      assertEquals(Cause.UNSUPPORTED, problem.kind());
      assertTrue(problem.getMessage().contains("available: fp32"), problem.getMessage());
    }
  }
}
