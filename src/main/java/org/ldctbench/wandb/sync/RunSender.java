package org.ldctbench.wandb.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.wandb.api.RunApi;
import org.ldctbench.wandb.api.RunTicket;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.log.JsonValues;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.proto.RunRecord;
import org.ldctbench.wandb.settings.Talk;
import org.ldctbench.wandb.settings.WandbSettings;

/**
 * Sends a run to the server, record by record of its log: once while it runs or later, it is the
 * same. Not thread-safe.
 */
final class RunSender implements AutoCloseable {
  private static final long REQUEST_BYTES = 9_900_000 + 1024;
  private static final long FULL = 8_000_000;

  /** Under this number the client's telemetry has the platform. */
  private static final String PLATFORM = "13";

  private final RunApi api;
  private final WandbSettings settings;
  private final Destination destination;
  private final Consumer<String> notices;
  private final Path filesFolder;
  private final UploadProgress progress;
  private final RunState state = new RunState();
  private final RunFiles files;
  private final FileUploads uploads;
  private RunTicket ticket;
  private boolean stopped;
  private boolean streamed;

  RunSender(
      RunApi api,
      WandbSettings settings,
      Path log,
      Destination destination,
      Consumer<String> notices)
      throws IOException {
    this.api = api;
    this.settings = settings;
    this.destination = destination;
    this.notices = notices;
    this.filesFolder = log.resolveSibling("files");
    this.files = new RunFiles(filesFolder, settings.ignoreGlobs());
    this.progress = UploadProgress.read(log, destination.key(settings));
    this.uploads = new FileUploads(api, progress, notices);
  }

  /** Notes that this client sends the run, so that it may go on later. */
  void begin() throws IOException {
    progress.save();
  }

  void accept(Record record) {
    if (record.hasFiles()) {
      files.announce(record.getFiles().getFilesList());
    } else {
      state.accept(record);
    }
  }

  /** Whether so much waits that it should be sent before more is read. */
  boolean full() {
    return state.waitingBytes() > FULL;
  }

  /** Whether the server asked the run to stop. */
  boolean stopped() {
    return stopped;
  }

  /** Whether the server has got any content yet. */
  boolean streamed() {
    return streamed;
  }

  /** Sends what waits; nothing happens before the run's own record has come. */
  void flush() throws ServerException, IOException {
    if (state.run.getRunId().isEmpty()) {
      return;
    }
    register();
    uploadFiles();
    streamAll();
  }

  /**
   * Begins to upload the files that the log named since; nothing before the server knows the run.
   */
  void uploadFiles() throws IOException {
    if (ticket != null) {
      uploads.start(ticket, files.take(false, progress::has));
    }
  }

  private void streamAll() throws ServerException, IOException {
    boolean more;
    do {
      more = streamSome();
      progress.save();
    } while (more);
  }

  /** An empty request: the run is alive. */
  void heartbeat() throws ServerException, IOException {
    if (ticket != null) {
      note(api.stream(ticket, Map.of()));
    }
  }

  /**
   * Sends the rest, then the end; a run whose end nobody recorded counts as failed.
   *
   * @throws IOException if the log does not even hold the run's record
   */
  void finish() throws ServerException, IOException {
    if (state.run.getRunId().isEmpty()) {
      throw new IOException("the log holds no run");
    }
    state.endConsole();
    register();
    writeFiles();
    uploads.start(ticket, files.take(true, progress::has));
    streamAll(); // Beside the uploads: a failed request of the one does not delay the other.
    uploads.await();
    Map<String, Object> end = new LinkedHashMap<>();
    end.put("files", Map.of());
    putUploaded(end, uploads.done());
    end.put("complete", true);
    end.put("exitcode", state.exitCode.orElse(1));
    note(api.stream(ticket, end));
    progress.save();
    if (state.longLines > 0) {
      notices.accept("W&B: " + state.longLines + " lines above 10 MB were left out");
    }
  }

  /**
   * Puts a run that is at the server already, from another upload, into its sweep.
   *
   * @return whether the server has all of its rows; else the rest is to be sent
   */
  boolean join() throws ServerException, IOException {
    progress.historyBase = 0;
    register();
    if (state.history.bytes() > 0 || state.history.sent() == 0) {
      return false;
    }
    progress.save();
    return true;
  }

  /** Ends what goes on; what the server has is noted. */
  @Override
  public void close() {
    uploads.close();
  }

  /** Address of the run's page. */
  private String page(RunTicket run) {
    return String.join("/", settings.appUrl(), run.entity(), run.project(), "runs", run.runId());
  }

  private void register() throws ServerException, IOException {
    if (ticket != null && !state.runChanged) {
      return;
    }
    RunRecord run = destination.apply(state.run);
    if (run.getEntity().isEmpty()) {
      run = run.toBuilder().setEntity(api.defaultEntity()).build();
    }
    String id = ticket == null ? "" : ticket.storageId();
    RunTicket answer = api.upsertRun(id, run, state.environment.getProgram(), serverConfig());
    if (ticket == null) {
      ticket = answer;
      continueWhereTheServerIs(answer);
      progress.save(); // Where this log begins must be known before anything is sent.
      if (settings.talk() == Talk.ALL) {
        notices.accept("W&B: run " + answer.displayName() + " at " + page(answer));
      }
    }
    state.runChanged = false;
  }

  private void continueWhereTheServerIs(RunTicket server) {
    if (progress.historyBase < 0) {
      progress.historyBase = server.historyLines();
      progress.eventsBase = server.eventLines();
    }
    progress.history = Math.max(progress.history, server.historyLines() - progress.historyBase);
    progress.events = Math.max(progress.events, server.eventLines() - progress.eventsBase);
    state.history.skip(progress.history);
    state.events.skip(progress.events);
    state.output.skip(progress.output);
  }

  private ObjectNode serverConfig() {
    ObjectNode config = state.config.deepCopy();
    ObjectNode client =
        config.get("_wandb") instanceof ObjectNode given ? given : config.putObject("_wandb");
    if (!client.has("t")) {
      client.putObject("t").put(PLATFORM, "linux-x86_64");
    }
    if (!client.has("m")) {
      client.putArray("m");
    }
    String writer = state.environment.getWriterId();
    if (!writer.isEmpty() && !client.has("e")) {
      client.putObject("e").set(writer, JsonValues.tree(state.metadata()));
    }
    return config;
  }

  /** One request with as much as it may hold; returns whether more waits. */
  private boolean streamSome() throws ServerException, IOException {
    List<String> uploaded = uploads.done();
    List<String> history = state.history.head(REQUEST_BYTES);
    List<String> events = state.events.head(REQUEST_BYTES - bytes(history));
    List<String> output = state.output.head(REQUEST_BYTES - bytes(history) - bytes(events));
    Map<String, Object> chunks = new LinkedHashMap<>();
    putChunk(chunks, "wandb-history.jsonl", progress.historyBase + state.history.sent(), history);
    putChunk(chunks, "wandb-events.jsonl", progress.eventsBase + state.events.sent(), events);
    putChunk(chunks, "output.log", state.output.sent(), output);
    boolean summary = state.summaryChanged && (chunks.isEmpty() || fitsBeside(history));
    if (summary) {
      putChunk(chunks, "wandb-summary.json", 0, List.of(JsonValues.write(state.summary)));
    }
    if (chunks.isEmpty() && uploaded.isEmpty()) {
      return false;
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("files", chunks);
    putUploaded(body, uploaded);
    note(api.stream(ticket, body));
    streamed = true;
    uploads.told(uploaded);
    state.summaryChanged &= !summary;
    state.history.skip(state.history.sent() + history.size());
    state.events.skip(state.events.sent() + events.size());
    state.output.skip(state.output.sent() + output.size());
    progress.history = state.history.sent();
    progress.events = state.events.sent();
    progress.output = state.output.sent();
    return state.waitingBytes() > 0 || state.summaryChanged;
  }

  private boolean fitsBeside(List<String> lines) {
    return bytes(lines) + StreamLines.size(JsonValues.write(state.summary)) < REQUEST_BYTES;
  }

  private static long bytes(List<String> lines) {
    return lines.stream().mapToLong(StreamLines::size).sum();
  }

  private static void putChunk(
      Map<String, Object> chunks, String file, long offset, List<String> lines) {
    if (!lines.isEmpty()) {
      chunks.put(file, Map.of("offset", offset, "content", lines));
    }
  }

  private static void putUploaded(Map<String, Object> body, List<String> uploaded) {
    if (!uploaded.isEmpty()) {
      body.put("uploaded", uploaded);
    }
  }

  private void note(JsonNode answer) {
    stopped |= answer.path("stopped").asBoolean(false);
  }

  /** The files that W&B makes of a run's records. */
  private void writeFiles() throws IOException {
    Files.createDirectories(filesFolder);
    write("config.yaml", ConfigYaml.write(serverConfig()));
    write("wandb-summary.json", JsonValues.write(state.summary));
    write("wandb-metadata.json", JsonValues.write(state.metadata()));
    if (!state.console.isEmpty()) {
      write("output.log", String.join("\n", state.console) + "\n");
    }
    files.announceAtEnd("requirements.txt");
  }

  private void write(String name, String text) throws IOException {
    AtomicFile.writeString(filesFolder.resolve(name), text);
    progress.changed(name);
    files.announceAtEnd(name);
  }
}
