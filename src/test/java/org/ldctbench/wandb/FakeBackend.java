package org.ldctbench.wandb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.ByteString;
import org.ldctbench.wandb.log.JsonValues;
import org.ldctbench.wandb.settings.WandbSettings;

/** A W&B server in memory: what it was told, what was wrong with it, and faults on demand. */
public final class FakeBackend implements AutoCloseable {
  public static final String KEY = "0123456789abcdef0123456789abcdef01234567";

  /** A run as the server has it. */
  public static final class Run {
    public String project = "";
    public String displayName = "";
    public String sweep = "";
    public JsonNode config = JsonNodeFactory.instance.objectNode();
    public JsonNode summary = JsonNodeFactory.instance.objectNode();
    public final TreeMap<Long, String> history = new TreeMap<>();
    public final TreeMap<Long, String> events = new TreeMap<>();
    public final TreeMap<Long, String> output = new TreeMap<>();
    public final Map<String, ByteString> files = new LinkedHashMap<>();
    public final List<String> uploadedTwice = new ArrayList<>();
    public String state = "running";
    public int exitCode = -1;
  }

  /** A sweep as the server has it. */
  public static final class Sweep {
    public String config = "";
    public String displayName = "";
    public String description = "";
    public String state = "PENDING";
    public String controller = "";
    public String scheduler = "{}";
  }

  public final Map<String, Run> runs = new LinkedHashMap<>();
  public final Map<String, Sweep> sweeps = new LinkedHashMap<>();
  public final List<String> violations = new ArrayList<>();
  public final List<JsonNode> heartbeats = new ArrayList<>();

  /** Answers of the next heartbeats, as JSON lists of commands; then none. */
  public final List<String> commands = new ArrayList<>();

  /**
   * By number of request, from 1: an HTTP status, 0 to hang up, -1 for a proper answer, -2 for
   * doing what is asked and hanging up, -3 for hanging up in the middle of the answer.
   */
  public volatile IntFunction<Integer> faults = n -> -1;

  /** Status of all requests to a place: upload, file_stream or graphql. */
  public final Map<String, Integer> refusals = new ConcurrentHashMap<>();

  /** Seconds that failing answers ask to wait; 0 for none. */
  public volatile int retryAfter;

  public volatile boolean stopRuns;

  /** Wait before each answer. */
  public volatile long slowMillis;

  /** Most runs that an agent takes from the schedules of local controllers and ends at once. */
  public int agentTakes;

  private static final MockResponse HANGUP =
      new MockResponse.Builder()
          .onResponseStart(new SocketEffect.CloseSocket(true, true, true))
          .build();

  private final MockWebServer server = new MockWebServer();
  private final List<String> places = new ArrayList<>();

  public FakeBackend() throws IOException {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
            Thread.sleep(slowMillis);
            return answer(request);
          }
        });
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  public WandbSettings settings(java.nio.file.Path root, Map<String, String> more) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("WANDB_BASE_URL", url());
    environment.put("WANDB_API_KEY", KEY);
    environment.putAll(more);
    return WandbSettings.load(environment, root, root);
  }

  public synchronized int requests() {
    return places.size();
  }

  /** Requests to upload, file_stream or graphql. */
  public synchronized int requests(String place) {
    return (int) places.stream().filter(place::equals).count();
  }

  @Override
  public void close() {
    server.close();
  }

  private synchronized MockResponse answer(RecordedRequest request) {
    List<String> path = request.getUrl().pathSegments();
    String place = path.get(0).equals("files") ? path.get(path.size() - 1) : path.get(0);
    places.add(place);
    int fault = refusals.getOrDefault(place, faults.apply(places.size()));
    if (fault == 0) {
      return HANGUP;
    }
    if (fault > 0) {
      MockResponse failure = response(fault, "{\"error\":\"injected\"}");
      return retryAfter == 0
          ? failure
          : failure.newBuilder().setHeader("Retry-After", retryAfter).build();
    }
    MockResponse proper = proper(request);
    return switch (fault) {
      case -2 -> HANGUP;
      case -3 ->
          proper
              .newBuilder()
              .onResponseBody(new SocketEffect.CloseSocket(true, true, true))
              .build();
      default -> proper;
    };
  }

  private MockResponse proper(RecordedRequest request) {
    List<String> path = request.getUrl().pathSegments();
    if (path.get(0).equals("upload")) {
      return upload(request, path);
    }
    String expected =
        "Basic "
            + Base64.getEncoder().encodeToString(("api:" + KEY).getBytes(StandardCharsets.UTF_8));
    if (!expected.equals(request.getHeaders().get("Authorization"))) {
      return response(401, "{\"errors\":[{\"message\":\"who are you\"}]}");
    }
    try {
      JsonNode body = JsonValues.read(request.getBody().utf8());
      return path.get(0).equals("graphql") ? graphql(body) : stream(path, body);
    } catch (IOException e) {
      violations.add("not JSON: " + e.getMessage());
      return response(400, "{}");
    }
  }

  private MockResponse upload(RecordedRequest request, List<String> path) {
    if (request.getHeaders().get("Authorization") != null) {
      violations.add("upload with credentials");
    }
    Run run = runs.get(path.get(1));
    String name = String.join("/", path.subList(2, path.size()));
    if (run.files.put(name, request.getBody()) != null) {
      run.uploadedTwice.add(name);
    }
    return response(200, "");
  }

  private MockResponse graphql(JsonNode body) {
    JsonNode given = body.path("variables");
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    switch (body.path("operationName").asText()) {
      case "Viewer" -> data.putObject("viewer").put("id", "u").put("entity", "me");
      case "UpsertBucket" -> upsertRun(given, data);
      case "CreateRunFiles" -> createFiles(given, data);
      case "UpsertSweep" -> upsertSweep(given, data);
      case "Sweep" -> sweep(given, data);
      case "Sweeps" -> sweeps(given, data);
      case "SweepControl" -> control(given, data);
      case "BestRun" -> bestRun(data);
      case "CreateAgent" -> data.putObject("createAgent").putObject("agent").put("id", "agent1");
      case "AgentHeartbeat" -> {
        heartbeats.add(given);
        data.putObject("agentHeartbeat")
            .put("commands", commands.isEmpty() ? "[]" : commands.remove(0));
      }
      default -> {
        violations.add("unknown operation " + body.path("operationName"));
        return response(400, "{\"errors\":[{\"message\":\"unknown operation\"}]}");
      }
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.set("data", data);
    return response(200, JsonValues.write(answer));
  }

  private void upsertRun(JsonNode given, ObjectNode data) {
    String id = given.path("name").asText();
    boolean inserted = !runs.containsKey(id);
    Run run = runs.computeIfAbsent(id, name -> new Run());
    run.project = given.path("project").asText();
    run.displayName = given.path("displayName").asText(run.displayName);
    run.sweep = given.path("sweep").isNull() ? run.sweep : given.path("sweep").asText();
    if (!run.sweep.isEmpty() && !sweeps.containsKey(run.sweep)) {
      violations.add("unknown sweep " + run.sweep);
    }
    try {
      run.config = JsonValues.read(given.path("config").asText());
    } catch (IOException e) {
      violations.add("config is not JSON");
    }
    run.config
        .properties()
        .forEach(
            e -> {
              if (!e.getValue().has("value")) {
                violations.add("config " + e.getKey() + " without value");
              }
            });
    ObjectNode answer = data.putObject("upsertBucket").put("inserted", inserted);
    ObjectNode bucket = answer.putObject("bucket");
    bucket.put("id", "storage-" + id).put("name", id).put("displayName", run.displayName);
    bucket.put("historyLineCount", run.history.size());
    bucket.put("eventsLineCount", run.events.size());
    bucket.putObject("project").put("name", run.project).putObject("entity").put("name", "me");
  }

  private void createFiles(JsonNode given, ObjectNode data) {
    ObjectNode answer = data.putObject("createRunFiles");
    answer.put("runID", "x").putArray("uploadHeaders").add("X-Test:1");
    for (JsonNode name : given.path("files")) {
      // A relative address with blanks, as a server may give it.
      String url = "/upload/" + given.path("run").asText() + "/" + name.asText();
      answer.withArray("files").addObject().put("name", name.asText()).put("uploadUrl", url);
    }
  }

  private void upsertSweep(JsonNode given, ObjectNode data) {
    String id = given.path("id").asText("").replace("storage-", "");
    if (given.path("id").isNull() || id.isEmpty()) {
      id = "sweep" + (sweeps.size() + 1);
    }
    Sweep sweep = sweeps.computeIfAbsent(id, name -> new Sweep());
    sweep.config = given.path("config").asText(sweep.config);
    sweep.displayName = given.path("displayName").asText(sweep.displayName);
    sweep.description = given.path("description").asText(sweep.description);
    sweep.controller = given.path("controller").asText(sweep.controller);
    sweep.state = given.path("state").asText(sweep.state);
    if (given.hasNonNull("controller")) {
      takeScheduled(id, sweep);
    }
    ObjectNode answer = data.putObject("upsertSweep");
    answer.putArray("configValidationWarnings");
    ObjectNode node = answer.putObject("sweep").put("id", "storage-" + id).put("name", id);
    node.putObject("project")
        .put("name", given.path("project").asText("p"))
        .putObject("entity")
        .put("name", "me");
  }

  /**
   * An agent takes what the controller scheduled, and its run is over when it is next asked for.
   */
  private void takeScheduled(String id, Sweep sweep) {
    try {
      ObjectNode scheduler = (ObjectNode) JsonValues.read(sweep.scheduler);
      for (JsonNode entry : JsonValues.read(sweep.controller).path("schedule")) {
        if (agentTakes > 0) {
          agentTakes--;
          Run run = new Run();
          run.sweep = id;
          run.config = entry.path("data").path("args");
          double score = run.config.path("lr").path("value").asDouble();
          run.history.put(0L, "{\"_step\":3,\"SSIM\":" + (0.9 - score) + "}");
          run.summary = JsonValues.read("{\"_step\":3,\"SSIM\":0.1}");
          run.state = "finished";
          String name = "guest" + runs.size();
          runs.put(name, run);
          ObjectNode taken = scheduler.withArray("scheduled").addObject();
          taken.put("id", entry.path("id").asText()).put("runid", name);
        }
      }
      sweep.scheduler = JsonValues.write(scheduler);
    } catch (IOException e) {
      violations.add("controller: " + e.getMessage());
    }
  }

  private void control(JsonNode given, ObjectNode data) {
    String id = given.path("sweep").asText();
    ObjectNode sweep = data.putObject("project").putObject("sweep");
    sweep.put("scheduler", sweeps.get(id).scheduler);
    ObjectNode list = sweep.putObject("runs");
    runs.forEach(
        (name, run) -> {
          if (run.sweep.equals(id)) {
            ObjectNode node = list.withArray("edges").addObject().putObject("node");
            node.put("name", name).put("displayName", "").put("state", run.state);
            node.put("summaryMetrics", JsonValues.write(run.summary));
            var rows = node.putArray("sampledHistory").addArray();
            try {
              for (String row : run.history.values()) {
                rows.add(JsonValues.read(row));
              }
            } catch (IOException e) {
              violations.add("history: " + e.getMessage());
            }
          }
        });
  }

  private void sweep(JsonNode given, ObjectNode data) {
    Sweep sweep = sweeps.get(given.path("sweep").asText());
    ObjectNode project = data.putObject("project");
    if (sweep == null) {
      project.putNull("sweep");
    } else {
      String id = given.path("sweep").asText();
      project
          .putObject("sweep")
          .put("id", "storage-" + id)
          .put("name", id)
          .put("state", sweep.state)
          .put("config", sweep.config)
          .put("method", "random");
    }
  }

  /** The first run stands for the best. */
  private void bestRun(ObjectNode data) {
    ObjectNode project = data.putObject("project").put("runCount", runs.size());
    ObjectNode list = project.putObject("runs");
    for (Map.Entry<String, Run> run : runs.entrySet()) {
      list.putArray("edges")
          .addObject()
          .putObject("node")
          .put("name", run.getKey())
          .put("displayName", run.getValue().displayName)
          .put("summaryMetrics", JsonValues.write(run.getValue().summary));
      return;
    }
  }

  /** One sweep a page. */
  private void sweeps(JsonNode given, ObjectNode data) {
    List<String> ids = List.copyOf(sweeps.keySet());
    int page = given.path("after").isNull() ? 0 : given.path("after").asInt();
    ObjectNode list = data.putObject("project").putObject("sweeps");
    list.putObject("pageInfo")
        .put("endCursor", "" + (page + 1))
        .put("hasNextPage", page + 1 < ids.size());
    if (page < ids.size()) {
      String id = ids.get(page);
      ObjectNode node = list.putArray("edges").addObject().putObject("node");
      node.put("id", "storage-" + id).put("name", id);
      node.put("description", sweeps.get(id).description);
    }
  }

  private MockResponse stream(List<String> path, JsonNode body) {
    Run run = runs.get(path.get(3));
    if (run == null) {
      return response(404, "{}");
    }
    JsonNode files = body.path("files");
    lines(files, "wandb-history.jsonl", run.history, true);
    lines(files, "wandb-events.jsonl", run.events, true);
    lines(files, "output.log", run.output, false);
    TreeMap<Long, String> summary = new TreeMap<>();
    lines(files, "wandb-summary.json", summary, false);
    try {
      if (!summary.isEmpty()) {
        run.summary = JsonValues.read(summary.get(0L));
      }
    } catch (IOException e) {
      violations.add("summary is not JSON");
    }
    if (body.path("complete").asBoolean()) {
      run.exitCode = body.path("exitcode").asInt(-1);
      run.state = run.exitCode == 0 ? "finished" : "failed";
    }
    return response(200, stopRuns ? "{\"stopped\":true}" : "{}");
  }

  private void lines(JsonNode files, String name, TreeMap<Long, String> into, boolean append) {
    JsonNode chunk = files.path(name);
    long offset = chunk.path("offset").asLong();
    String first = chunk.path("content").path(0).asText();
    boolean again = first.equals(into.get(offset)); // Its first answer was lost.
    if (append && chunk.isObject() && offset != into.size() && !again) {
      violations.add(name + " at " + offset + " instead of " + into.size());
    }
    for (JsonNode line : chunk.path("content")) {
      if (line.asText().contains("\n")) {
        violations.add(name + ": line with a line end");
      }
      into.put(offset++, line.asText());
    }
  }

  private static MockResponse response(int status, String body) {
    return new MockResponse.Builder().code(status).body(body).build();
  }
}
