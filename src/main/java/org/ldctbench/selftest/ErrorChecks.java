package org.ldctbench.selftest;

import java.util.ArrayList;
import java.util.List;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.EngineException.Cause;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;

/** What an engine must refuse, and that it works on afterwards. */
final class ErrorChecks {
  private static final Variant PLAIN = new Variant(Kernels.TUNED, Precision.FP32);
  private static final int TOO_MANY = 65535;

  private final Setup setup;

  ErrorChecks(Setup setup) {
    this.setup = setup;
  }

  void run(SelfTest test) {
    test.check("bad arguments are refused", true, this::badArguments);
    test.check("too little memory is refused", true, this::tooLittleMemory);
  }

  private Measure badArguments() {
    List<String> accepted = new ArrayList<>();
    try (Trainer trainer = setup.trainer(PLAIN);
        Dataset dataset = setup.dataset(PLAIN)) {
      int[] window = {0, 0, 0};
      Runnable[] bad = {
        () -> trainer.train(dataset, new PatchPlan(new int[] {Slices.COUNT, 0, 0}, 1, 8, 8)),
        () -> trainer.train(dataset, new PatchPlan(new int[] {-1, 0, 0}, 1, 8, 8)),
        () -> trainer.train(dataset, new PatchPlan(new int[] {0, Slices.ROWS - 7, 0}, 1, 8, 8)),
        () -> trainer.train(dataset, new PatchPlan(new int[] {0, 0, -1}, 1, 8, 8)),
        () -> trainer.train(dataset, new PatchPlan(window, 1, Slices.ROWS + 1, 8)),
        () -> trainer.evaluate(dataset, new PatchPlan(window, 1, 6, 8), Slices.CLIP),
        () -> trainer.predict(new float[63], 1, 8, 8),
        () -> trainer.gradients(new float[64], new float[65], 1, 8, 8),
        () -> trainer.step(new float[0], new float[0], 0, 8, 8),
        () -> trainer.setParameters(new float[1]),
      };
      for (int i = 0; i < bad.length; i++) {
        if (!refused(bad[i])) {
          accepted.add(Integer.toString(i + 1));
        }
      }
      worksOn(trainer, dataset);
      String which = accepted.isEmpty() ? "" : ": number " + String.join(", ", accepted);
      return new Measure(accepted.size(), 0, "of " + bad.length + " bad calls not refused" + which);
    }
  }

  private static boolean refused(Runnable call) {
    try {
      call.run();
      return false;
    } catch (EngineException e) {
      return e.kind() == Cause.INVALID_ARGUMENT && !e.getMessage().isBlank();
    }
  }

  private static void worksOn(Trainer trainer, Dataset dataset) {
    float loss = trainer.train(dataset, Slices.plan(1, 2, 16, 3))[0];
    if (!Float.isFinite(loss)) {
      throw new EngineException(Cause.INTERNAL, "after a refused call the loss is " + loss);
    }
  }

  private Measure tooLittleMemory() {
    if (setup.name.equals("cpu")) {
      throw new Skipped("the CPU engine takes a minibatch image by image");
    }
    try (Trainer trainer = setup.trainer(PLAIN);
        Dataset dataset = setup.dataset(PLAIN)) {
      String message = "it was not refused";
      int wrong = 1;
      try {
        trainer.train(dataset, new PatchPlan(new int[3 * TOO_MANY], TOO_MANY, 88, 88));
      } catch (EngineException e) {
        message = e.getMessage();
        wrong = e.kind() == Cause.OUT_OF_MEMORY && message.contains("lower") ? 0 : 1;
      }
      worksOn(trainer, dataset);
      return new Measure(wrong, 0, message);
    }
  }
}
