package org.ldctbench.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ask and tell over JSON lines: {@code {"id", "config", "state", "metric"}} tells of a run and has
 * no answer, {@code {"ask": n}} is answered by an array of n parameter sets, anything else by
 * {@code {"error": text}}.
 */
public final class SuggestStream {
  /** Diverged runs of Python callers have the metric {@code NaN}, which counts as none. */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private static final int MOST = 10_000;

  private final Searcher searcher;
  private final Map<String, Observation> runs = new LinkedHashMap<>();
  private long drawn;

  public SuggestStream(Searcher searcher) {
    this.searcher = searcher;
  }

  /** Answers line by line until the input ends. */
  public void serve(BufferedReader in, PrintStream out) throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Object answer;
      try {
        answer = answer(line);
      } catch (JsonProcessingException e) {
        answer = Map.of("error", "not a JSON object: " + e.getOriginalMessage());
      } catch (IllegalArgumentException e) {
        answer = Map.of("error", String.valueOf(e.getMessage()));
      }
      if (answer != null) {
        out.print(JSON.writeValueAsString(answer) + "\n");
        out.flush();
      }
    }
  }

  /** The answer, or null where there is none. */
  private Object answer(String line) throws JsonProcessingException {
    Map<String, Object> message = JSON.readValue(line, new TypeReference<>() {});
    if (message == null) {
      throw new IllegalArgumentException("not a JSON object: null");
    }
    if (message.containsKey("ask")) {
      return ask(message.get("ask"));
    }
    tell(message);
    return null;
  }

  private List<Map<String, Object>> ask(Object count) {
    if (!Values.isInteger(count) || Values.number(count) < 1 || Values.number(count) > MOST) {
      throw new IllegalArgumentException("'ask' must be an integer from 1 to " + MOST);
    }
    SearchHistory history = new SearchHistory(new ArrayList<>(runs.values()), runs.size() + drawn);
    List<Map<String, Object>> next = searcher.suggest(history, ((Number) count).intValue());
    drawn += next.size();
    return next;
  }

  private void tell(Map<String, Object> message) {
    if (!(message.get("config") instanceof Map<?, ?> given)) {
      throw new IllegalArgumentException("a run needs 'config', a JSON object");
    }
    RunState state =
        RunState.parse(String.valueOf(message.get("state")))
            .orElseThrow(
                () -> new IllegalArgumentException("'state' must be running, finished or failed"));
    Object metric = message.get("metric");
    if (metric != null && !(metric instanceof Number)) {
      throw new IllegalArgumentException("'metric' must be a number or null");
    }
    Map<String, Object> arguments = new LinkedHashMap<>();
    given.forEach((key, value) -> arguments.put(String.valueOf(key), value));
    double[] history = metric == null ? new double[0] : new double[] {Values.number(metric)};
    Object id = message.get("id");
    // Names of our own cannot meet those of the caller, which are never this long.
    String key = id == null ? " unnamed run " + runs.size() : String.valueOf(id);
    Observation run = new Observation(arguments, state, history);
    runs.put(key, run);
  }
}
