package org.ldctbench.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SuggestStreamTest {
  private static final String PARAMETERS =
      "parameters: {lr: {distribution: log_uniform_values, min: 1e-05, max: 0.1},"
          + " mbs: {min: 2, max: 128}, norm: {values: [a, b]}, k: {value: 3},"
          + " o: {parameters: {x: {min: 0.0, max: 1.0}, c: {value: z}}}}\n";
  private static final String BAYES = "method: bayes\nmetric: {name: f}\n" + PARAMETERS;
  private static final String GRID =
      "method: grid\nparameters: {a: {values: [1, 2]}, b: {value: 7}}\n";

  private static List<JsonNode> answers(String yaml, String... lines) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new SuggestStream(Searcher.of(TestConfigs.config(yaml), 1))
        .serve(
            new BufferedReader(new StringReader(String.join("\n", lines))),
            new PrintStream(out, false, StandardCharsets.UTF_8));
    List<JsonNode> answers = new ArrayList<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      answers.add(new ObjectMapper().readTree(line));
    }
    return answers;
  }

  private static String run(String id, double lr, String rest) {
    return "{\"id\": \"%s\", \"config\": {\"lr\": %s, \"mbs\": 8, \"norm\": \"a\", \"o\": {\"x\": 0.5}}, %s}"
        .formatted(id, lr, rest);
  }

  @Test
  void everySetIsCompleteNestedAndTyped() throws IOException {
    JsonNode sets = answers(BAYES, "{\"ask\": 5}").get(0);
    assertEquals(5, sets.size());
    Set<JsonNode> different = new HashSet<>();
    for (JsonNode set : sets) {
      assertTrue(different.add(set), set + " twice");
      assertEquals(5, set.size());
      assertTrue(set.get("mbs").isIntegralNumber() && set.get("lr").isDouble(), set.toString());
      assertEquals(3, set.get("k").intValue());
      assertEquals("z", set.get("o").get("c").textValue());
      assertTrue(set.get("o").get("x").isDouble());
    }
  }

  @Test
  void runsHaveNoAnswerAndALaterLineReplacesAnEarlierOne() throws IOException {
    String last = run("2", 0.003, "\"state\": \"finished\", \"metric\": 1.0");
    String first = run("1", 0.001, "\"state\": \"finished\", \"metric\": 2.0");
    String[] more = new String[4];
    for (int i = 0; i < more.length; i++) {
      more[i] = run("x" + i, 0.01 * (i + 1), "\"state\": \"finished\", \"metric\": " + i);
    }
    List<JsonNode> replaced =
        answers(
            BAYES,
            run("1", 0.001, "\"state\": \"running\", \"metric\": null"),
            last,
            more[0],
            more[1],
            more[2],
            more[3],
            first,
            "{\"ask\": 1}");
    List<JsonNode> straight =
        answers(BAYES, first, last, more[0], more[1], more[2], more[3], "{\"ask\": 1}");
    assertEquals(1, replaced.size());
    assertEquals(straight, replaced);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"state\": \"failed\", \"metric\": 0.2",
        "\"state\": \"crashed\"",
        "\"state\": \"finished\", \"metric\": null",
        "\"state\": \"finished\", \"metric\": NaN",
        "\"state\": \"finished\", \"metric\": -Infinity",
        "\"state\": \"finished\", \"metric\": 1e999"
      })
  void aRunWithoutAFiniteMetricCountsAsFailed(String rest) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      double lr = Math.pow(10, -1 - 0.5 * i);
      lines.add(run("" + i, lr, "\"state\": \"finished\", \"metric\": " + i));
    }
    lines.add(run("6", 0.05, rest));
    lines.add("{\"ask\": 2}");
    List<JsonNode> seen = answers(BAYES, lines.toArray(String[]::new));
    lines.set(6, run("6", 0.05, "\"state\": \"failed\", \"metric\": null"));
    assertEquals(answers(BAYES, lines.toArray(String[]::new)), seen);
    lines.set(6, run("6", 0.05, "\"state\": \"finished\", \"metric\": -9"));
    assertNotEquals(answers(BAYES, lines.toArray(String[]::new)), seen);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json",
        "[1]",
        "null",
        "{\"ask\": \"2\"}",
        "{\"ask\": 1.5}",
        "{\"ask\": 1} x",
        "{\"state\": \"running\"}",
        "{\"config\": {}, \"state\": \"happy\"}",
        "{\"config\": {}, \"state\": \"finished\", \"metric\": \"low\"}"
      })
  void aLineThatIsNotValidIsAnsweredByAnErrorAndTheProcessGoesOn(String line) throws IOException {
    List<JsonNode> answers = answers(BAYES, line, "{\"ask\": 1, \"unknown\": 0}");
    assertEquals(2, answers.size());
    assertTrue(answers.get(0).get("error").isTextual());
    assertEquals(1, answers.get(1).size());
  }

  @Test
  void aGridAnswersFewerSetsAndThenNone() throws IOException {
    List<JsonNode> answers =
        answers(
            GRID,
            "{\"ask\": 3}",
            "{\"config\": {\"a\": 1}, \"state\": \"preempted\"}",
            "{\"ask\": 3}",
            "{\"config\": {\"a\": 2.0}, \"state\": \"failed\"}",
            "{\"ask\": 3}");
    assertEquals(List.of(2, 1, 0), answers.stream().map(JsonNode::size).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bayes", "random"})
  void aCategoryOfProbabilityZeroIsNeverProposed(String method) throws IOException {
    JsonNode sets =
        answers(
                "method: "
                    + method
                    + "\nmetric: {name: f}\nparameters:\n"
                    + "  w: {values: [u, v, never], probabilities: [0.5, 0.5, 0.0]}\n"
                    + "  n: {min: 1, max: 16}\n",
                "{\"ask\": 32}")
            .get(0);
    Set<JsonNode> different = new HashSet<>();
    for (JsonNode set : sets) {
      assertNotEquals("never", set.get("w").textValue());
      assertTrue(different.add(set), set + " twice");
    }
  }
}
