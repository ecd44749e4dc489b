package org.ldctbench.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.binding.Engines;
import org.ldctbench.common.Progress;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Trainer;
import org.ldctbench.simulate.SimulatedDataset;
import org.ldctbench.train.DataSource;

class SelfTestTest {
  @TempDir Path folder;

  private List<Row> run(String name, SelfTest.Engines engines) throws IOException {
    Map<String, String> environment = Map.of("LDCTBENCH_CACHE", folder.toString());
    DataSource source =
        DataSource.of(
            SimulatedDataset.NAME, Optional.empty(), environment, Progress.SILENT, line -> {});
    List<Row> heard = new ArrayList<>();
    SelfTest test =
        new SelfTest(name, true, SelfTest.Choice.ALL, engines, unused -> Map.of(), heard::add);
    List<Row> rows = test.run(folder, new SimulatedRuns(source, environment));
    assertEquals(rows, heard);
    return rows;
  }

  private static Engine cpu(String name, Kernels kernels) {
    return Engines.open("cpu", 1, 0, kernels, line -> {});
  }

  @Test
  void theCpuEnginePasses() throws IOException {
    List<Row> rows = run("cpu", SelfTestTest::cpu);
    assertFalse(SelfTestReport.failed(rows), SelfTestReport.markdown(rows));
    assertTrue(rows.stream().allMatch(row -> !row.note().isBlank()), "every row says what it is");
  }

  @Test
  void anEngineThatComputesSomethingElseFails() throws IOException {
    List<Row> rows = run("cpu", (name, kernels) -> wrongEngine(cpu(name, kernels)));
    assertEquals(Row.Result.FAILED, result(rows, "gradients, fp32"));
    assertEquals(Row.Result.PASSED, result(rows, "the same bits twice, fp32"));
  }

  @Test
  void anEngineThatLacksWhatItPromisesFails() throws IOException {
    SelfTest.Engines refusing =
        (name, kernels) ->
            replacing(
                cpu(name, kernels),
                "createTrainer",
                unused -> {
                  throw new EngineException(EngineException.Cause.UNSUPPORTED, "not today");
                });
    List<Row> rows = run("cpu", refusing);
    assertEquals(Row.Result.FAILED, result(rows, "offered, fp32"));
    assertEquals(Row.Result.SKIPPED, result(rows, "offered, bf16"));
  }

  private static Row.Result result(List<Row> rows, String check) {
    return rows.stream()
        .filter(row -> row.check().equals(check))
        .findFirst()
        .orElseThrow()
        .result();
  }

  /** Gradients a hundredth of a percent too large. */
  private static Engine wrongEngine(Engine engine) {
    return replacing(
        engine,
        "createTrainer",
        trainer ->
            replacing(
                (Trainer) trainer,
                "gradients",
                computed -> {
                  Trainer.Gradients right = (Trainer.Gradients) computed;
                  float[] wrong = right.gradients().clone();
                  for (int i = 0; i < wrong.length; i++) {
                    wrong[i] *= 1.0001f;
                  }
                  return new Trainer.Gradients(right.output(), right.loss(), wrong);
                }));
  }

  /** The same object, but for what one of its methods answers. */
  @SuppressWarnings("unchecked")
  private static <T> T replacing(T real, String method, UnaryOperator<Object> change) {
    Class<?> type = real instanceof Engine ? Engine.class : Trainer.class;
    return (T)
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, called, arguments) -> {
              try {
                Object answer = called.invoke(real, arguments);
                return called.getName().equals(method) ? change.apply(answer) : answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
