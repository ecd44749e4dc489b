package org.ldctbench.selftest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.Trainer;

/** What must not change a bit: repetition, the split into calls, graphs, other trainers. */
final class SameBitsChecks {
  /** One more than a recorded graph has. */
  private static final int CUT = 17;

  private static final int TRAINERS = 4;

  private final Setup setup;
  private final SelfTest.Child child;

  SameBitsChecks(Setup setup, SelfTest.Child child) {
    this.setup = setup;
    this.child = child;
  }

  void run(SelfTest test) {
    for (Variant variant : setup.variants()) {
      boolean promised = variant.promised(setup.name);
      test.check("the same bits twice, " + variant, promised, () -> twice(variant));
      test.check("split into calls, " + variant, promised, () -> split(variant));
      test.check("trainers at once, " + variant, promised, () -> atOnce(variant));
    }
    test.check("graphs against none", true, this::graphs);
  }

  private static PatchPlan plan(Effort effort, long seed) {
    return Slices.plan(effort.repeated(), 3, effort.repeatedEdge(), seed);
  }

  /** Parameters after training, in as many calls as asked for. */
  private static float[] trained(
      Setup setup, Variant variant, Dataset dataset, long seed, int cut) {
    PatchPlan plan = plan(setup.effort(), seed);
    try (Trainer trainer = setup.trainer(variant)) {
      if (cut > 0) {
        trainer.train(dataset, plan.slice(0, cut));
      }
      trainer.train(dataset, plan.slice(cut, plan.minibatches()));
      return trainer.parameters();
    }
  }

  private Measure twice(Variant variant) {
    try (Dataset dataset = setup.dataset(variant)) {
      float[] first = trained(setup, variant, dataset, 1, 0);
      float[] second = trained(setup, variant, dataset, 1, 0);
      return different(first, second);
    }
  }

  private Measure split(Variant variant) {
    try (Dataset dataset = setup.dataset(variant)) {
      float[] whole = trained(setup, variant, dataset, 1, 0);
      return different(whole, trained(setup, variant, dataset, 1, CUT));
    }
  }

  private Measure different(float[] a, float[] b) {
    double different = Float.isFinite(a[0]) ? Errors.differentBits(a, b) : Double.NaN;
    int iterations = setup.effort().repeated();
    return new Measure(different, 0, "parameters that differ after " + iterations + " iterations");
  }

  private Measure atOnce(Variant variant) {
    ExecutorService threads = Executors.newFixedThreadPool(TRAINERS);
    try (Dataset dataset = setup.dataset(variant)) {
      List<Future<float[]>> running = new ArrayList<>();
      for (int t = 0; t < TRAINERS; t++) {
        int seed = t;
        running.add(threads.submit(() -> trained(setup, variant, dataset, seed, 0)));
      }
      double different = 0;
      for (int t = 0; t < TRAINERS; t++) {
        float[] alone = trained(setup, variant, dataset, t, 0);
        different += Errors.differentBits(alone, result(running.get(t)));
      }
      return new Measure(
          different, 0, "parameters of " + TRAINERS + " trainers at once that differ");
    } finally {
      threads.shutdownNow();
    }
  }

  private static float[] result(Future<float[]> running) {
    try {
      return running.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** A hash of the parameters after a short training, for every variant that there is. */
  static Map<String, String> bits(Setup setup, List<Variant> variants) {
    Map<String, String> bits = new LinkedHashMap<>();
    for (Variant variant : variants) {
      try (Dataset dataset = setup.dataset(variant)) {
        bits.put(variant.toString(), hash(trained(setup, variant, dataset, 1, 0)));
      } catch (EngineException e) {
        if (e.kind() != EngineException.Cause.UNSUPPORTED) {
          throw e;
        }
      }
    }
    return bits;
  }

  private static String hash(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    bytes.asFloatBuffer().put(values);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The engine reads the variable when it trains, so the other half runs in another process. */
  private Measure graphs() {
    if (setup.name.equals("cpu")) {
      throw new Skipped("the CPU engine has no graphs");
    }
    Map<String, String> own = bits(setup, setup.variants());
    Map<String, String> without;
    try {
      without = child.bits(Map.of("LDCT_CUDA_GRAPH", "off"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long different =
        own.entrySet().stream()
            .filter(one -> !one.getValue().equals(without.get(one.getKey())))
            .count();
    return new Measure(different, 0, "of " + own.size() + " ways to compute that differ");
  }
}
