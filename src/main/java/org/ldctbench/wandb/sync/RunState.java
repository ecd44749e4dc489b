package org.ldctbench.wandb.sync;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.ldctbench.wandb.log.Items;
import org.ldctbench.wandb.log.JsonValues;
import org.ldctbench.wandb.proto.EnvironmentRecord;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.proto.RunRecord;
import org.ldctbench.wandb.proto.StatsRecord;

/** What a run's log has told so far, in the forms that the server takes. */
final class RunState {
  final ObjectNode config = JsonNodeFactory.instance.objectNode();
  final ObjectNode summary = JsonNodeFactory.instance.objectNode();
  final StreamLines history = new StreamLines();
  final StreamLines events = new StreamLines();
  final StreamLines output = new StreamLines();

  /** Console lines for output.log. */
  final List<String> console = new ArrayList<>();

  RunRecord run = RunRecord.getDefaultInstance();
  EnvironmentRecord environment = EnvironmentRecord.getDefaultInstance();
  OptionalInt exitCode = OptionalInt.empty();
  boolean runChanged;
  boolean summaryChanged;
  int longLines;

  private final ConsoleText terminal = new ConsoleText();

  /** Takes in one record of the log; files are somebody else's. */
  void accept(Record record) {
    switch (record.getContentCase()) {
      case RUN -> {
        run = record.getRun();
        Items.update(config, run.getConfig().getUpdateList());
        Items.remove(config, run.getConfig().getRemoveList());
        Items.update(summary, run.getSummary().getUpdateList());
        runChanged = true;
      }
      case CONFIG -> {
        Items.update(config, record.getConfig().getUpdateList());
        Items.remove(config, record.getConfig().getRemoveList());
        runChanged = true;
      }
      case SUMMARY -> {
        Items.update(summary, record.getSummary().getUpdateList());
        Items.remove(summary, record.getSummary().getRemoveList());
        summaryChanged = true;
      }
      case HISTORY -> add(history, JsonValues.write(Items.tree(record.getHistory().getItemList())));
      case STATS -> add(events, JsonValues.write(event(record.getStats())));
      case OUTPUT_RAW -> terminal.accept(record.getOutputRaw()).forEach(this::addConsole);
      case ENVIRONMENT -> {
        environment = environment.toBuilder().mergeFrom(record.getEnvironment()).build();
        runChanged = true;
      }
      case EXIT -> exitCode = OptionalInt.of(record.getExit().getExitCode());
      default -> {
        // Nothing that the server is told.
      }
    }
  }

  /** No more output comes. */
  void endConsole() {
    terminal.rest().forEach(this::addConsole);
  }

  /** Bytes that wait to be sent. */
  long waitingBytes() {
    return history.bytes() + events.bytes() + output.bytes();
  }

  /** The content of {@code wandb-metadata.json}. */
  Map<String, Object> metadata() {
    Map<String, Object> metadata = new LinkedHashMap<>();
    putText(metadata, "os", environment.getOs());
    if (environment.hasStartedAt()) {
      Timestamp time = environment.getStartedAt();
      metadata.put(
          "startedAt", Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString());
    }
    if (environment.getArgsCount() > 0) {
      metadata.put("args", List.copyOf(environment.getArgsList()));
    }
    putText(metadata, "program", environment.getProgram());
    putText(metadata, "root", environment.getRoot());
    putText(metadata, "host", environment.getHost());
    putText(metadata, "executable", environment.getExecutable());
    if (environment.getCpuCount() > 0) {
      metadata.put("cpu_count", environment.getCpuCount());
      metadata.put("cpu_count_logical", environment.getCpuCountLogical());
    }
    Map<String, Object> disks = new LinkedHashMap<>();
    environment
        .getDiskMap()
        .forEach(
            (name, disk) ->
                disks.put(
                    name,
                    Map.of(
                        "total", Long.toUnsignedString(disk.getTotal()),
                        "used", Long.toUnsignedString(disk.getUsed()))));
    if (!disks.isEmpty()) {
      metadata.put("disk", disks);
    }
    if (environment.hasMemory()) {
      metadata.put(
          "memory", Map.of("total", Long.toUnsignedString(environment.getMemory().getTotal())));
    }
    putText(metadata, "gpu", environment.getGpuType());
    if (environment.getGpuCount() > 0) {
      metadata.put("gpu_count", environment.getGpuCount());
      metadata.put(
          "gpu_nvidia",
          environment.getGpuNvidiaList().stream()
              .map(
                  gpu ->
                      Map.of(
                          "name", gpu.getName(),
                          "memoryTotal", Long.toUnsignedString(gpu.getMemoryTotal()),
                          "uuid", gpu.getUuid()))
              .toList());
    }
    putText(metadata, "writerId", environment.getWriterId());
    return metadata;
  }

  private void addConsole(ConsoleText.Line line) {
    add(output, line.streamed());
    console.add(line.plain());
  }

  private void add(StreamLines lines, String line) {
    if (!lines.add(line)) {
      longLines++;
    }
  }

  private ObjectNode event(StatsRecord stats) {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    Items.tree(stats.getItemList())
        .properties()
        .forEach(e -> event.set("system." + e.getKey(), e.getValue()));
    double time = seconds(stats.getTimestamp());
    event.put("_timestamp", time);
    event.put("_runtime", Math.max(0, time - seconds(run.getStartTime())));
    event.put("_wandb", true);
    return event;
  }

  private static double seconds(Timestamp time) {
    return time.getSeconds() + time.getNanos() * 1e-9;
  }

  private static void putText(Map<String, Object> map, String key, String text) {
    if (!text.isEmpty()) {
      map.put(key, text);
    }
  }
}
