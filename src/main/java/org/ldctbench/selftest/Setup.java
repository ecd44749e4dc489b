package org.ldctbench.selftest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;

/** The engine under test, the CPU engine beside it, and data for both. */
final class Setup implements AutoCloseable {
  static final Optimizer ADAM = Optimizer.adam(1e-3, 0.9, 0.999);
  static final int SEED = 1332;

  final String name;
  final boolean quick;
  final Slices slices;
  private final SelfTest.Engines engines;
  private final Map<Kernels, Engine> opened = new EnumMap<>(Kernels.class);
  private final List<Variant> variants = new ArrayList<>();
  private Engine cpu;

  /**
   * @param quick smaller cases where the device is a real one
   * @param folder for a small data set
   */
  Setup(String name, boolean quick, Path folder, SelfTest.Engines engines) throws IOException {
    this.name = name;
    this.quick = quick;
    this.engines = engines;
    slices = new Slices(folder);
  }

  Effort effort() {
    return Effort.of(quick, engine(Kernels.TUNED).description());
  }

  /** Finds out which ways to compute there are, a row for each. */
  void probe(SelfTest test, SelfTest.Choice choice) {
    for (Variant variant : choice.of(name)) {
      test.check("offered, " + variant, variant.promised(name), () -> offered(variant));
    }
  }

  private Measure offered(Variant variant) {
    try (Trainer trainer = trainer(variant)) {
      String kernel = engine(variant.kernels()).kernel(variant.precision());
      variants.add(variant);
      return new Measure(trainer.parameters().length == 0 ? 1 : 0, 0, "kernels: " + kernel);
    }
  }

  /** The ways to compute that there are here. */
  List<Variant> variants() {
    return variants;
  }

  Engine engine(Kernels kernels) {
    return opened.computeIfAbsent(kernels, wanted -> engines.open(name, wanted));
  }

  /** The CPU engine, to compare with. */
  Engine cpu() {
    if (name.equals("cpu")) {
      throw new Skipped("this is the CPU engine itself");
    }
    if (cpu == null) {
      cpu = engines.open("cpu", Kernels.TUNED);
    }
    return cpu;
  }

  Trainer trainer(Variant variant) {
    return trainer(engine(variant.kernels()), variant.precision(), ADAM);
  }

  static Trainer trainer(Engine engine, Precision precision, Optimizer optimizer) {
    Trainer trainer = engine.createTrainer(optimizer, precision, Slices.SCALE);
    trainer.setParameters(InitialWeights.draw(SEED));
    return trainer;
  }

  Dataset dataset(Variant variant) {
    return engine(variant.kernels()).open(slices.table());
  }

  @Override
  public void close() {
    opened.values().forEach(Engine::close);
    if (cpu != null) {
      cpu.close();
    }
  }
}
