package org.ldctbench.wandb.log;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.proto.RunRecord;

/**
 * Configuration, history and summary of a run as its transaction log tells them, of any client and
 * also while the run goes on: {@link #update} reads what has been added. Not thread-safe.
 */
public final class RunReader implements Closeable {
  private final TransactionLogReader log;
  private final ObjectNode config = JsonNodeFactory.instance.objectNode();
  private final ObjectNode summary = JsonNodeFactory.instance.objectNode();
  private final List<ObjectNode> history = new ArrayList<>();
  private RunRecord run = RunRecord.getDefaultInstance();
  private OptionalInt exitCode = OptionalInt.empty();

  private RunReader(TransactionLogReader log) {
    this.log = log;
  }

  /** Opens a log and reads what it holds by now. */
  public static RunReader open(Path file) throws IOException {
    TransactionLogReader log = TransactionLogReader.open(file);
    try {
      RunReader reader = new RunReader(log);
      reader.update();
      return reader;
    } catch (IOException e) {
      log.close();
      throw e;
    }
  }

  /** Reads the records that were added since; returns whether there were any. */
  public boolean update() throws IOException {
    boolean news = false;
    for (Optional<Record> record = log.poll(); record.isPresent(); record = log.poll()) {
      accept(record.get());
      news = true;
    }
    return news;
  }

  /** Run id, project, sweep and names; empty fields before the run record was read. */
  public RunRecord run() {
    return run;
  }

  /** Values of the arguments by name; {@code _wandb} is the client's own. */
  public ObjectNode config() {
    return config;
  }

  /** Last values by key. */
  public ObjectNode summary() {
    return summary;
  }

  /** Rows in the order of logging. */
  public List<ObjectNode> history() {
    return Collections.unmodifiableList(history);
  }

  /** Exit code of the program; empty while it runs or if it was killed. */
  public OptionalInt exitCode() {
    return exitCode;
  }

  /** Why reading stopped, if not at the end of a record; else empty. */
  public String problem() {
    return log.problem();
  }

  @Override
  public void close() throws IOException {
    log.close();
  }

  private void accept(Record record) {
    switch (record.getContentCase()) {
      case RUN -> {
        run = record.getRun();
        Items.update(config, run.getConfig().getUpdateList());
        Items.remove(config, run.getConfig().getRemoveList());
      }
      case CONFIG -> {
        Items.update(config, record.getConfig().getUpdateList());
        Items.remove(config, record.getConfig().getRemoveList());
      }
      case SUMMARY -> {
        Items.update(summary, record.getSummary().getUpdateList());
        Items.remove(summary, record.getSummary().getRemoveList());
      }
      case HISTORY -> history.add(Items.tree(record.getHistory().getItemList()));
      case EXIT -> exitCode = OptionalInt.of(record.getExit().getExitCode());
      default -> {
        // Files, console, statistics and the like do not concern a reader of results.
      }
    }
  }
}
