package org.ldctbench.wandb.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.wandb.log.JsonValues;

/** Sweeps and agents. */
public final class SweepApi {
  private static final String UPSERT =
      """
      mutation UpsertSweep($id: ID, $config: String, $description: String, $entity: String,
          $project: String, $displayName: String, $controller: JSONString, $state: String) {
        upsertSweep(input: {id: $id, config: $config, description: $description,
            entityName: $entity, projectName: $project, displayName: $displayName,
            controller: $controller, state: $state}) {
          sweep { id name project { name entity { name } } }
          configValidationWarnings
        }
      }
      """;

  private static final String SWEEP =
      """
      query Sweep($entity: String, $project: String, $sweep: String!) {
        project(name: $project, entityName: $entity) {
          sweep(sweepName: $sweep) { id name state config }
        }
      }
      """;

  private static final String CONTROL =
      """
      query SweepControl($entity: String, $project: String, $sweep: String!,
          $specs: [JSONString!]!) {
        project(name: $project, entityName: $entity) {
          sweep(sweepName: $sweep) {
            scheduler
            runs { edges { node {
              name displayName state summaryMetrics sampledHistory(specs: $specs)
            } } }
          }
        }
      }
      """;

  private static final int MOST_SAMPLES = 100_000;

  private static final String SWEEPS =
      """
      query Sweeps($entity: String, $project: String, $after: String) {
        project(name: $project, entityName: $entity) {
          sweeps(first: 100, after: $after) {
            edges { node { id name description } }
            pageInfo { endCursor hasNextPage }
          }
        }
      }
      """;

  private static final String BEST_RUN =
      """
      query BestRun($entity: String, $project: String, $filters: JSONString, $order: String) {
        project(name: $project, entityName: $entity) {
          runCount(filters: $filters)
          runs(filters: $filters, first: 1, order: $order) {
            edges { node { name displayName state summaryMetrics } }
          }
        }
      }
      """;

  private static final String CREATE_AGENT =
      """
      mutation CreateAgent($host: String!, $project: String!, $entity: String!, $sweep: String!) {
        createAgent(input: {host: $host, projectName: $project, entityName: $entity,
            sweep: $sweep}) {
          agent { id }
        }
      }
      """;

  private static final String HEARTBEAT =
      """
      mutation AgentHeartbeat($id: ID!, $metrics: JSONString, $runState: JSONString) {
        agentHeartbeat(input: {id: $id, metrics: $metrics, runState: $runState}) {
          agent { id }
          commands
        }
      }
      """;

  private final Connection connection;

  /**
   * What a local controller has to know.
   *
   * @param scheduled run by the schedule entry that an agent took
   * @param runs all of the sweep
   */
  public record Control(Map<String, String> scheduled, List<ControlledRun> runs) {}

  /**
   * A run of a sweep.
   *
   * @param rows step and metric, oldest first
   */
  public record ControlledRun(
      String id, String name, String state, JsonNode summary, List<JsonNode> rows) {}

  /** What was created, and what the server finds odd about its configuration. */
  public record Created(ServerSweep sweep, List<String> warnings) {}

  /**
   * The best run of a sweep by its last summary value.
   *
   * @param runs number of runs of the sweep
   */
  public record BestRun(long runs, String id, String displayName, JsonNode summary) {}

  public SweepApi(Connection connection) {
    this.connection = connection;
  }

  /**
   * Creates a sweep, once: where an answer is lost, the sweep is looked up by its mark before the
   * next attempt.
   */
  public Created create(SweepDraft draft) throws ServerException {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("config", draft.config());
    variables.put("description", draft.markedDescription());
    variables.put("entity", orNull(draft.entity()));
    variables.put("project", orNull(draft.project()));
    variables.put("displayName", orNull(draft.name()));
    for (int failures = 1; ; failures++) {
      try {
        return created(draft, connection.once().graphql("UpsertSweep", UPSERT, variables));
      } catch (ServerException e) {
        if (!e.mayPass() || failures >= connection.backoff().attempts()) {
          throw e;
        }
        connection.pause(connection.backoff().waitAfter(failures));
        Optional<ServerSweep> arrived = findMarked(draft);
        if (arrived.isPresent()) {
          return new Created(arrived.get(), List.of());
        }
      }
    }
  }

  private static Created created(SweepDraft draft, JsonNode data) throws ServerException {
    JsonNode answer = data.path("upsertSweep");
    JsonNode sweep = answer.path("sweep");
    List<String> warnings = new ArrayList<>();
    answer.path("configValidationWarnings").forEach(text -> warnings.add(text.asText()));
    String storageId = sweep.path("id").asText();
    String id = sweep.path("name").asText();
    if (storageId.isEmpty() || id.isEmpty()) {
      throw new ServerException(200, "the server created no sweep");
    }
    JsonNode project = sweep.path("project");
    return new Created(
        new ServerSweep(
            storageId,
            project.path("entity").path("name").asText(draft.entity()),
            project.path("name").asText(draft.project()),
            id,
            draft.config(),
            ""),
        warnings);
  }

  /** The sweep that an earlier attempt created from this draft, if it arrived. */
  public Optional<ServerSweep> findMarked(SweepDraft draft) throws ServerException {
    String entity = draft.entity().isEmpty() ? defaultEntity() : draft.entity();
    String project = draft.project().isEmpty() ? SweepDraft.NO_PROJECT : draft.project();
    String after = null;
    do {
      Map<String, Object> variables = new LinkedHashMap<>();
      variables.put("entity", entity);
      variables.put("project", project);
      variables.put("after", after);
      JsonNode page =
          connection.graphql("Sweeps", SWEEPS, variables).path("project").path("sweeps");
      for (JsonNode edge : page.path("edges")) {
        JsonNode sweep = edge.path("node");
        if (draft.marks(sweep.path("description").asText(""))) {
          return Optional.of(
              new ServerSweep(
                  sweep.path("id").asText(),
                  entity,
                  project,
                  sweep.path("name").asText(),
                  draft.config(),
                  ""));
        }
      }
      boolean more = page.path("pageInfo").path("hasNextPage").asBoolean(false);
      after = more ? page.path("pageInfo").path("endCursor").asText("") : "";
    } while (!after.isEmpty());
    return Optional.empty();
  }

  private String defaultEntity() throws ServerException {
    return new RunApi(connection).defaultEntity();
  }

  /** Sets a sweep's state: RUNNING, PAUSED, FINISHED or CANCELED. */
  public void setState(ServerSweep sweep, String state) throws ServerException {
    connection.graphql("UpsertSweep", UPSERT, Map.of("id", sweep.storageId(), "state", state));
  }

  /**
   * What agents made of the schedule, and how the sweep's runs are getting on.
   *
   * @param metric whose history is wanted; may be empty
   */
  public Control control(ServerSweep sweep, String metric) throws ServerException {
    List<String> keys = metric.isEmpty() ? List.of("_step") : List.of("_step", metric);
    String specs = JsonValues.write(Map.of("keys", keys, "samples", MOST_SAMPLES));
    JsonNode found =
        connection
            .graphql(
                "SweepControl",
                CONTROL,
                Map.of(
                    "entity", sweep.entity(),
                    "project", sweep.project(),
                    "sweep", sweep.id(),
                    "specs", List.of(specs)))
            .path("project")
            .path("sweep");
    Map<String, String> scheduled = new LinkedHashMap<>();
    parse(found.path("scheduler").asText("{}"), "a schedule")
        .path("scheduled")
        .forEach(one -> scheduled.put(one.path("id").asText(), one.path("runid").asText("")));
    List<ControlledRun> runs = new ArrayList<>();
    for (JsonNode edge : found.path("runs").path("edges")) {
      JsonNode run = edge.path("node");
      List<JsonNode> rows = new ArrayList<>();
      run.path("sampledHistory").forEach(list -> list.forEach(rows::add));
      runs.add(
          new ControlledRun(
              run.path("name").asText(),
              run.path("displayName").asText(""),
              run.path("state").asText(""),
              parse(run.path("summaryMetrics").asText("{}"), "a summary"),
              rows));
    }
    return new Control(scheduled, runs);
  }

  /**
   * Publishes what agents may take and which runs are to stop.
   *
   * @param schedule parameters by the id of the entry
   * @param earlyStop ids of runs
   */
  public void schedule(
      ServerSweep sweep, Map<String, Map<String, Object>> schedule, Collection<String> earlyStop)
      throws ServerException {
    List<Map<String, Object>> entries = new ArrayList<>();
    schedule.forEach(
        (id, parameters) -> {
          Map<String, Object> arguments = new LinkedHashMap<>();
          parameters.forEach(
              (name, value) -> arguments.put(name, Collections.singletonMap("value", value)));
          entries.add(Map.of("id", id, "data", Map.of("args", arguments)));
        });
    String controller = JsonValues.write(Map.of("schedule", entries, "earlystop", earlyStop));
    connection.graphql(
        "UpsertSweep", UPSERT, Map.of("id", sweep.storageId(), "controller", controller));
  }

  /** Looks a sweep up; fails with status 404 if there is none. */
  public ServerSweep find(String entity, String project, String id) throws ServerException {
    JsonNode sweep =
        connection
            .graphql("Sweep", SWEEP, Map.of("entity", entity, "project", project, "sweep", id))
            .path("project")
            .path("sweep");
    if (!sweep.isObject()) {
      throw new ServerException(
          404, "no sweep " + entity + "/" + project + "/" + id + " at the server");
    }
    return new ServerSweep(
        sweep.path("id").asText(),
        entity,
        project,
        sweep.path("name").asText(id),
        sweep.path("config").asText(""),
        sweep.path("state").asText(""));
  }

  /**
   * The best run of a sweep.
   *
   * @param metric name of the summary value, may be empty: then the first run
   */
  public Optional<BestRun> bestRun(ServerSweep sweep, String metric, boolean maximize)
      throws ServerException {
    String filters = JsonValues.write(Map.of("$and", List.of(Map.of("sweep", sweep.id()))));
    String order = (maximize ? "-" : "+") + "summary_metrics." + metric;
    JsonNode project =
        connection
            .graphql(
                "BestRun",
                BEST_RUN,
                Map.of(
                    "entity",
                    sweep.entity(),
                    "project",
                    sweep.project(),
                    "filters",
                    filters,
                    "order",
                    metric.isEmpty() ? "+created_at" : order))
            .path("project");
    JsonNode run = project.path("runs").path("edges").path(0).path("node");
    if (!run.isObject()) {
      return Optional.empty();
    }
    return Optional.of(
        new BestRun(
            project.path("runCount").asLong(),
            run.path("name").asText(),
            run.path("displayName").asText(),
            parse(run.path("summaryMetrics").asText("{}"), "summary")));
  }

  /** Joins a sweep; returns the agent's id. */
  public String createAgent(ServerSweep sweep, String host) throws ServerException {
    return connection
        .graphql(
            "CreateAgent",
            CREATE_AGENT,
            Map.of(
                "host", host,
                "project", sweep.project(),
                "entity", sweep.entity(),
                "sweep", sweep.id()))
        .path("createAgent")
        .path("agent")
        .path("id")
        .asText();
  }

  /**
   * Tells which children run and asks what to do.
   *
   * @return a list of commands, each with a {@code type}
   */
  public JsonNode heartbeat(String agent, Map<String, Boolean> runs) throws ServerException {
    String commands =
        connection
            .graphql(
                "AgentHeartbeat",
                HEARTBEAT,
                Map.of("id", agent, "metrics", "{}", "runState", JsonValues.write(runs)))
            .path("agentHeartbeat")
            .path("commands")
            .asText("[]");
    return parse(commands, "commands");
  }

  private static JsonNode parse(String json, String what) throws ServerException {
    try {
      return JsonValues.read(json);
    } catch (JsonProcessingException e) {
      throw new ServerException("the server sent " + what + " that are no JSON", e);
    }
  }

  private static Object orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
