package org.ldctbench.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SweepConfigTest {
  private static final String PARAMETERS = "parameters: {x: {min: 0.0, max: 1.0}, y: {value: 3}}\n";
  private static final String BAYES =
      "method: bayes\nmetric: {name: SSIM, goal: maximize}\n" + PARAMETERS;

  @Test
  void theSeedConfigurationIsValidWithoutAWarning() {
    SweepConfig config = SweepConfig.read(Path.of("configs/cnn10-hpopt.yaml"));
    assertEquals(List.of(), config.warnings());
    assertEquals(SweepConfig.Method.BAYES, config.method());
    assertTrue(config.metric().orElseThrow().maximize());
    assertEquals(
        List.of("lr", "max_iterations", "mbs", "patchsize"),
        config.space().varying().stream().map(Parameter::name).toList());
    assertEquals(1e-5, (Double) config.space().varying().get(0).distribution().quantile(0));
  }

  @Test
  void parametersThatLostTheirIndentationAreUnderstoodWithOneWarning() {
    SweepConfig config =
        TestConfigs.config(
            "method: bayes\nmetric: {name: SSIM}\nparameters:\n"
                + "lr:\n  min: 1e-05\n  max: 0.01\n  distribution: log_uniform_values\n"
                + "seed:\n  value: 1332\n");
    assertEquals(1, config.warnings().size());
    assertTrue(config.warnings().get(0).contains("2 top-level keys from 'lr'"));
    assertEquals(2, config.space().all().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{value: 1} | constant",
        "{values: [1]} | categorical",
        "{values: [1, 2], probabilities: [0.5, 0.5]} | categorical_w_probabilities",
        "{min: 1, max: 2} | int_uniform",
        "{min: 1.0, max: 2.0} | uniform",
        "{min: 1, max: 2.0} | uniform",
        "{min: 1e-05, max: 1e-02} | uniform"
      })
  void theKeysDecideTheDistribution(String parameter, String expected) {
    assertEquals(expected, TestConfigs.distribution(parameter).name());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{min: 2, max: 2} | must be below",
        "{min: 0.0, max: 1.0, q: 0.1} | takes no 'q'",
        "{min: 0.0, max: '1e-05'} | must be a number",
        "{min: 1, maxx: 3} | instead of 'maxx' did you mean 'max'?",
        "{vlaues: [1]} | instead of 'vlaues' did you mean 'values'?",
        "{max: 3} | needs both 'min' and 'max'",
        "{distribution: uniform, min: 0} | needs 'max'",
        "{distribution: log_unifrom_values, min: 1, max: 2} | did you mean 'log_uniform_values'",
        "{distribution: log_uniform_values, min: 0, max: 2} | must be above 0",
        "{distribution: normal, sigma: 0} | must be above 0",
        "{distribution: int_uniform, min: 0.5, max: 2} | must be integers",
        "{distribution: int_uniform, min: 0, max: 1.0} | must be integers",
        "{distribution: categorical, values: [1], probabilities: [1]} | name it categorical_w",
        "{values: []} | at least one value",
        "{values: [1, 2], probabilities: [0.5, 0.6]} | sum 1",
        "{} | has no distribution",
        "3 | must be a mapping",
        "{parameters: {}} | must be a mapping with an entry"
      })
  void aWrongParameterIsAnErrorThatNamesLineAndRemedy(String parameter, String part) {
    SweepConfig.Verdict verdict =
        TestConfigs.check("method: random\nparameters:\n  p: " + parameter + "\n");
    assertFalse(verdict.valid());
    assertTrue(verdict.errors().get(0).contains(":3: 'p'"), verdict.errors().get(0));
    assertTrue(verdict.errors().get(0).contains(part), verdict.errors().get(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        PARAMETERS,
        "method: bays\n" + PARAMETERS,
        "method: bayes\n" + PARAMETERS,
        "method: bayes\nmetric: {goal: maximize}\n" + PARAMETERS,
        "method: bayes\nmetric: {name: f}\nparameters: {y: {value: 3}}\n",
        "method: grid\n" + PARAMETERS,
        "method: grid\nparameters: {x: {values: [1, 2], probabilities: [0.5, 0.5]}}\n",
        "method: random\nparameters: {}\n",
        "method: random\nrun_cap: 0\n" + PARAMETERS,
        "method: random\nmetrics: [{name: a}, {name: b}]\n" + PARAMETERS,
        "method: random\nearly_terminate: {type: hyperband, min_iter: 3}\n" + PARAMETERS,
        BAYES + "early_terminate: {type: hyperband}\n",
        BAYES + "early_terminate: {type: hyperband, max_iter: 9}\n",
        BAYES + "early_terminate: {type: hyperband, min_iter: 3, eta: 1}\n",
        BAYES + "early_terminate: {type: hyperband, max_iter: 2, s: 2}\n"
      })
  void whatCannotRunIsAnError(String yaml) {
    assertFalse(TestConfigs.check(yaml).valid(), yaml);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "metod: x | did you mean 'method'",
        "nonsense: x | known keys are apiVersion, command",
        "metric: {name: f, goal: maximise} | using minimize",
        "metric: {name: f, goall: maximize} | did you mean 'goal'",
        "metric: {name: f, gaol: maximize} | did you mean 'goal'",
        "metric: {name: f, impute: mean} | using worst"
      })
  void whatWandbOverlooksIsAWarning(String line, String part) {
    SweepConfig.Verdict verdict = TestConfigs.check("method: random\n" + PARAMETERS + line + "\n");
    assertTrue(verdict.valid());
    assertTrue(verdict.warnings().get(0).contains(part), verdict.warnings().get(0));
  }

  @Test
  void unknownKeysOfEarlyTerminationAreDroppedWithAWarning() {
    SweepConfig.Verdict verdict =
        TestConfigs.check(BAYES + "early_terminate: {type: hyperband, min_iter: 3, etta: 2}\n");
    assertTrue(verdict.valid());
    assertTrue(verdict.warnings().get(0).contains("did you mean 'eta'"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"log_uniform", "inv_log_uniform", "q_log_uniform"})
  void boundsThatAreExponentsAreAWarning(String kind) {
    SweepConfig.Verdict verdict =
        TestConfigs.check(
            "method: random\nparameters: {p: {distribution: " + kind + ", min: 0, max: 2}}\n");
    assertTrue(verdict.valid());
    assertTrue(verdict.warnings().get(0).contains(kind + "_values"), verdict.warnings().get(0));
  }

  @Test
  void nestedParametersAreParametersOfTheirOwn() {
    SweepConfig config =
        TestConfigs.config(
            "method: random\nparameters:\n  z: {value: 1}\n  a:\n    parameters:\n"
                + "      depth: {min: 1, max: 3}\n      opt: {parameters: {lr: {value: 0.1}}}\n");
    Map<String, Object> run =
        Searcher.of(config, 1).suggest(new SearchHistory(List.of()), 1).get(0);
    assertEquals(List.of("z", "a"), List.copyOf(run.keySet()));
    Map<?, ?> inner = (Map<?, ?>) run.get("a");
    assertEquals(Map.of("lr", 0.1), inner.get("opt"));
    assertTrue(inner.get("depth") instanceof Long);
  }

  @Test
  void aNumberInQuotesIsOneErrorThatSaysSo() {
    SweepConfig.Verdict verdict =
        TestConfigs.check("method: random\nparameters:\n  x: {min: '1e-05', max: 1.0}\n");
    assertEquals(1, verdict.errors().size(), verdict.errors().toString());
    assertTrue(verdict.errors().get(0).contains("3: 'x'"), verdict.errors().get(0));
    assertTrue(verdict.errors().get(0).contains("in quotes"), verdict.errors().get(0));
  }

  @Test
  void whatIsNoProbabilityHasNoQuantile() {
    Map<String, Object> range = Map.of("min", 0.0, "max", 1.0);
    for (Object u : new Object[] {1.5, -0.1, Double.NaN, "x"}) {
      assertTrue(SweepConfig.quantiles(range, List.of(u)).containsKey("error"), "u = " + u);
    }
    Map<String, Object> nested = Map.of("parameters", Map.of("x", range));
    assertTrue(SweepConfig.quantiles(nested, List.of(0.5)).containsKey("error"));
  }

  @Test
  void allErrorsAreReportedAtOnce() {
    SweepConfig.Verdict verdict =
        TestConfigs.check("run_cap: -1\nparameters: {x: {min: 2, max: 1}}\n");
    assertEquals(3, verdict.errors().size(), verdict.errors().toString());
  }
}
