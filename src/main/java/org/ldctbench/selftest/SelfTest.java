package org.ldctbench.selftest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Precision;

/** Everything that an engine can tell about its correctness on this machine, in a few minutes. */
public final class SelfTest {
  /** Opens engines. */
  @FunctionalInterface
  public interface Engines {
    /**
     * @param name cpu or cuda
     * @throws EngineException if it is not to be had
     */
    Engine open(String name, Kernels kernels);
  }

  /** Runs {@link SelfTest#bits} in a process of its own. */
  @FunctionalInterface
  public interface Child {
    /**
     * @param environment variables of the process beside the inherited ones
     */
    Map<String, String> bits(Map<String, String> environment) throws IOException;
  }

  /**
   * Which ways to compute are tried; a kernel that takes the device down hides what the others do.
   */
  public record Choice(Set<Precision> precisions, Set<Kernels> kernels) {
    public static final Choice ALL =
        new Choice(EnumSet.allOf(Precision.class), EnumSet.allOf(Kernels.class));

    List<Variant> of(String engine) {
      return Variant.of(engine).stream()
          .filter(one -> precisions.contains(one.precision()) && kernels.contains(one.kernels()))
          .toList();
    }
  }

  private final String engine;
  private final boolean quick;
  private final Choice choice;
  private final Engines engines;
  private final Child child;
  private final Consumer<Row> listener;
  private final List<Row> rows = new ArrayList<>();

  /**
   * @param engine cpu or cuda
   * @param quick smaller cases and fewer iterations
   * @param choice of the checks of a single precision or of one library's kernels
   * @param listener hears each row as soon as it is known
   */
  public SelfTest(
      String engine,
      boolean quick,
      Choice choice,
      Engines engines,
      Child child,
      Consumer<Row> listener) {
    this.engine = engine;
    this.quick = quick;
    this.choice = choice;
    this.engines = engines;
    this.child = child;
    this.listener = listener;
  }

  /**
   * Runs all checks.
   *
   * @param folder for small files
   * @param simulated training runs on simulated data
   * @throws EngineException if the engine is not to be had at all
   */
  public List<Row> run(Path folder, SimulatedRuns simulated) throws IOException {
    try (Setup setup = new Setup(engine, quick, folder, engines)) {
      setup.engine(Kernels.TUNED);
      setup.probe(this, choice);
      new ReferenceChecks(setup).run(this);
      new AgreementChecks(setup).run(this);
      new SameBitsChecks(setup, child).run(this);
      new ErrorChecks(setup).run(this);
      new TrainingChecks(setup, simulated).run(this);
    }
    return rows;
  }

  /** The last bits of short training runs: a hash for every way in which the engine computes. */
  public static Map<String, String> bits(String engine, Choice choice, Path folder, Engines engines)
      throws IOException {
    try (Setup setup = new Setup(engine, true, folder, engines)) {
      return SameBitsChecks.bits(setup, choice.of(engine));
    }
  }

  /**
   * Runs one check and keeps its row.
   *
   * @param promised whether a refusal of the engine is a failure
   */
  void check(String name, boolean promised, Supplier<Measure> body) {
    long start = System.nanoTime();
    Row.Result result;
    Measure measure = null;
    String note;
    try {
      measure = body.get();
      result = measure.passes() ? Row.Result.PASSED : Row.Result.FAILED;
      note = measure.note();
    } catch (Skipped e) {
      result = Row.Result.SKIPPED;
      note = e.getMessage();
    } catch (EngineException e) {
      boolean lacking = e.kind() == EngineException.Cause.UNSUPPORTED && !promised;
      result = lacking ? Row.Result.SKIPPED : Row.Result.FAILED;
      note = e.kind().name().toLowerCase(Locale.ROOT) + ": " + e.getMessage();
    } catch (UserException e) {
      result = Row.Result.FAILED;
      note = e.getMessage();
    }
    Row row =
        new Row(
            name,
            result,
            measure == null ? null : measure.figure(),
            measure == null ? null : measure.limit(),
            note,
            (System.nanoTime() - start) * 1e-9);
    rows.add(row);
    listener.accept(row);
  }
}
