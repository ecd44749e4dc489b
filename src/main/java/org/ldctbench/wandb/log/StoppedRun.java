package org.ldctbench.wandb.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.proto.RunRecord;

/**
 * Where a stopped run's log can be continued: after its last complete record, or before the one
 * that says that the program ended.
 *
 * @param position bytes to keep
 * @param records number of records therein
 * @param lastStep step of the last history row, or {@code Long.MIN_VALUE}
 * @param runtime seconds since the start at that row
 */
public record StoppedRun(
    long position, long records, long lastStep, double runtime, Instant start) {

  /** Reads the log; nothing if it does not even hold the run's beginning. */
  public static Optional<StoppedRun> read(Path file) throws IOException {
    long records = 0;
    long lastStep = Long.MIN_VALUE;
    double runtime = 0;
    Instant start = null;
    try (TransactionLogReader log = TransactionLogReader.open(file)) {
      long position = log.position();
      for (Optional<Record> next = log.poll(); next.isPresent(); next = log.poll()) {
        Record record = next.get();
        if (record.hasExit()) {
          break;
        }
        if (record.hasRun() && start == null) {
          start = start(record.getRun());
        }
        if (record.hasHistory()) {
          ObjectNode row = Items.tree(record.getHistory().getItemList());
          lastStep = row.path("_step").asLong(lastStep);
          runtime = row.path("_runtime").asDouble(runtime);
        }
        position = log.position();
        records++;
      }
      return start == null
          ? Optional.empty()
          : Optional.of(new StoppedRun(position, records, lastStep, runtime, start));
    }
  }

  private static Instant start(RunRecord run) {
    return Instant.ofEpochSecond(run.getStartTime().getSeconds(), run.getStartTime().getNanos());
  }
}
