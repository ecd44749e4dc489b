package org.ldctbench.wandb.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ldctbench.wandb.log.JsonValues;
import org.ldctbench.wandb.proto.RunRecord;

/** What a run tells the server. */
public final class RunApi {
  private static final String VIEWER = "query Viewer { viewer { id entity } }";

  private static final String UPSERT =
      """
      mutation UpsertBucket($id: String, $name: String, $project: String, $entity: String,
          $groupName: String, $displayName: String, $notes: String, $config: JSONString,
          $host: String, $program: String, $jobType: String, $sweep: String, $tags: [String!]) {
        upsertBucket(input: {id: $id, name: $name, modelName: $project, entityName: $entity,
            groupName: $groupName, displayName: $displayName, notes: $notes, config: $config,
            host: $host, jobProgram: $program, jobType: $jobType, sweep: $sweep, tags: $tags}) {
          bucket {
            id name displayName historyLineCount eventsLineCount project { name entity { name } }
          }
          inserted
        }
      }
      """;

  private static final String CREATE_FILES =
      """
      mutation CreateRunFiles($entity: String!, $project: String!, $run: String!,
          $files: [String!]!) {
        createRunFiles(input: {entityName: $entity, projectName: $project, runName: $run,
            files: $files}) {
          runID uploadHeaders files { name uploadUrl }
        }
      }
      """;

  private static final int UPLOADS_AT_ONCE = 16;

  private final Connection connection;

  public RunApi(Connection connection) {
    this.connection = connection;
  }

  /** The user's default entity; fails if the key is not valid. */
  public String defaultEntity() throws ServerException {
    JsonNode viewer = connection.graphql("Viewer", VIEWER, Map.of()).path("viewer");
    if (!viewer.isObject()) {
      throw new ServerException(401, "the API key is not valid");
    }
    return viewer.path("entity").asText("");
  }

  /**
   * Creates a run, or changes it.
   *
   * @param storageId of the run to change, or empty for the run with the record's id
   * @param config values by name
   */
  public RunTicket upsertRun(String storageId, RunRecord run, String program, ObjectNode config)
      throws ServerException {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("id", orNull(storageId));
    variables.put("name", run.getRunId());
    variables.put("project", orNull(run.getProject()));
    variables.put("entity", orNull(run.getEntity()));
    variables.put("groupName", orNull(run.getRunGroup()));
    variables.put("displayName", orNull(run.getDisplayName()));
    variables.put("notes", orNull(run.getNotes()));
    variables.put("config", JsonValues.write(wrapped(config)));
    variables.put("host", orNull(run.getHost()));
    variables.put("program", orNull(program));
    variables.put("jobType", orNull(run.getJobType()));
    variables.put("sweep", orNull(run.getSweepId()));
    variables.put("tags", run.getTagsCount() == 0 ? null : run.getTagsList());
    JsonNode bucket =
        connection.graphql("UpsertBucket", UPSERT, variables).path("upsertBucket").path("bucket");
    return new RunTicket(
        bucket.path("id").asText(),
        bucket.path("project").path("entity").path("name").asText(run.getEntity()),
        bucket.path("project").path("name").asText(run.getProject()),
        bucket.path("name").asText(run.getRunId()),
        bucket.path("displayName").asText(run.getDisplayName()),
        bucket.path("historyLineCount").asLong(0),
        bucket.path("eventsLineCount").asLong(0));
  }

  /**
   * Uploads a batch of files, given by name as the server shall know them.
   *
   * @return one line for each that the server does not want
   */
  public List<String> upload(RunTicket run, Map<String, Path> files) throws ServerException {
    JsonNode answer =
        connection
            .graphql(
                "CreateRunFiles",
                CREATE_FILES,
                Map.of(
                    "entity", run.entity(),
                    "project", run.project(),
                    "run", run.runId(),
                    "files", List.copyOf(files.keySet())))
            .path("createRunFiles");
    List<String> headers = new ArrayList<>();
    answer.path("uploadHeaders").forEach(header -> headers.add(header.asText()));
    List<Callable<Optional<String>>> uploads = new ArrayList<>();
    for (JsonNode target : answer.path("files")) {
      Path file = files.get(target.path("name").asText());
      if (file != null) {
        uploads.add(() -> upload(target.path("uploadUrl").asText(), headers, file));
      }
    }
    return all(uploads);
  }

  /** Returns why the server does not want the file, if so. */
  private Optional<String> upload(String url, List<String> headers, Path file)
      throws ServerException {
    try {
      connection.upload(url, headers, file);
      return Optional.empty();
    } catch (ServerException e) {
      if (e.status() == 0) {
        throw e;
      }
      return Optional.of(e.getMessage()); // That file only.
    }
  }

  /** Several at once: each mostly waits for the network. */
  private static List<String> all(List<Callable<Optional<String>>> uploads) throws ServerException {
    ExecutorService pool = Executors.newFixedThreadPool(UPLOADS_AT_ONCE, RunApi::thread);
    try {
      List<String> refused = new ArrayList<>();
      for (Future<Optional<String>> upload : pool.invokeAll(uploads)) {
        upload.get().ifPresent(refused::add);
      }
      return refused;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("sending was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ServerException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "wandb-files");
    thread.setDaemon(true);
    return thread;
  }

  /** Sends one request of the run's stream. */
  public JsonNode stream(RunTicket run, Object body) throws ServerException {
    return connection.stream(run.entity(), run.project(), run.runId(), body);
  }

  /** {@code {"lr": 1}} as {@code {"lr": {"value": 1}}}. */
  static Map<String, Object> wrapped(ObjectNode config) {
    Map<String, Object> entries = new LinkedHashMap<>();
    config.properties().forEach(e -> entries.put(e.getKey(), Map.of("value", e.getValue())));
    return entries;
  }

  private static Object orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
