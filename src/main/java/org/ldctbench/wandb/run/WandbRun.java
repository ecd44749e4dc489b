package org.ldctbench.wandb.run;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.wandb.log.Items;
import org.ldctbench.wandb.log.RecordSink;
import org.ldctbench.wandb.log.StoppedRun;
import org.ldctbench.wandb.log.TransactionLogWriter;
import org.ldctbench.wandb.proto.ConfigRecord;
import org.ldctbench.wandb.proto.FileItem;
import org.ldctbench.wandb.proto.FilesRecord;
import org.ldctbench.wandb.proto.HeaderRecord;
import org.ldctbench.wandb.proto.HistoryRecord;
import org.ldctbench.wandb.proto.HistoryStep;
import org.ldctbench.wandb.proto.Item;
import org.ldctbench.wandb.proto.OutputRawRecord;
import org.ldctbench.wandb.proto.OutputRawRecord.OutputType;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.proto.RunExitRecord;
import org.ldctbench.wandb.proto.RunRecord;
import org.ldctbench.wandb.proto.SummaryRecord;
import org.ldctbench.wandb.proto.VersionInfo;
import org.ldctbench.wandb.settings.Mode;
import org.ldctbench.wandb.settings.WandbSettings;
import org.ldctbench.wandb.sync.RunLock;
import org.ldctbench.wandb.sync.RunSync;

/**
 * A run as W&B sees it. Everything goes into the transaction log of the run folder first; where the
 * settings say online it is also sent from there, beside the program's work. Thread-safe.
 *
 * <p>A log that cannot be written (full disk) never stops the program: it is told once.
 */
public final class WandbRun implements AutoCloseable {
  private final RunIdentity identity;
  private final Consumer<String> notices;
  private final Instant start;
  private final long startNanos;
  private final RecordSink log;
  private final UploadEnd end;
  private volatile RunUplink uplink = RunUplink.NONE;
  private Closeable lock = () -> {};
  private long lastStep;
  private Closeable sampler = () -> {};
  private long lostRecords;
  private boolean finished;

  private WandbRun(
      RunIdentity identity,
      RecordSink log,
      Optional<StoppedRun> stopped,
      UploadEnd end,
      Consumer<String> notices) {
    this.identity = identity;
    this.end = end;
    this.log = log;
    this.notices = notices;
    this.start = stopped.map(StoppedRun::start).orElseGet(Instant::now);
    this.lastStep = stopped.map(StoppedRun::lastStep).orElse(Long.MIN_VALUE);
    double earlier = stopped.map(StoppedRun::runtime).orElse(0.0);
    this.startNanos = System.nanoTime() - Math.round(earlier * 1e9);
  }

  /**
   * Begins the record of a run in its folder, or continues the one that a stopped run left there.
   *
   * @param end how the end of the run waits for the server
   * @param notices receives single lines for the user: where the run is to be seen, what failed
   * @throws UserException with code OUTPUT if the folder cannot be written
   */
  public static WandbRun start(
      WandbSettings settings, RunIdentity identity, UploadEnd end, Consumer<String> notices) {
    if (settings.mode() == Mode.DISABLED) {
      return new WandbRun(identity, RecordSink.NONE, Optional.empty(), end, notices);
    }
    Path file = identity.logFile();
    List<Closeable> opened = new ArrayList<>();
    try {
      RunLayout.prepare(identity);
      RunLock lock =
          RunLock.tryLock(identity.folder())
              .orElseThrow(() -> new IOException("another process writes this run"));
      opened.add(lock);
      Optional<StoppedRun> stopped = Files.exists(file) ? StoppedRun.read(file) : Optional.empty();
      RecordSink log;
      if (stopped.isPresent()) {
        log = TransactionLogWriter.resume(file, identity.runId(), stopped.get());
      } else {
        Files.deleteIfExists(file);
        log = TransactionLogWriter.create(file, identity.runId());
      }
      opened.add(log);
      WandbRun run = new WandbRun(identity, log, stopped, end, notices);
      if (stopped.isEmpty()) {
        run.writeBeginning(settings);
      } else {
        RunSync.forgetEnd(file);
      }
      run.lock = lock;
      run.uplink = RunUplink.open(settings, file, end, notices);
      run.sampler = Sampler.start(identity.folder(), run::now, run::observed);
      return run;
    } catch (IOException e) {
      opened.forEach(WandbRun::closeQuietly);
      throw new UserException(
          ExitCode.OUTPUT,
          file + ": cannot be written (" + e + "); free space or set WANDB_DIR",
          e);
    } catch (RuntimeException e) {
      opened.forEach(WandbRun::closeQuietly);
      throw e;
    }
  }

  private static void closeQuietly(Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      return; // The failure before is the one to tell.
    }
  }

  /**
   * Logs one row; it is on disk when this returns. Rows that do not go forward are dropped with a
   * notice, as the W&B client does.
   *
   * @param row numbers, strings, {@link WandbImages} by key
   */
  public synchronized void log(long step, Map<String, ?> row) {
    if (step <= lastStep) {
      notices.accept("W&B: row of step " + step + " dropped, steps must increase past " + lastStep);
      return;
    }
    lastStep = step;
    Map<String, Object> values = new LinkedHashMap<>();
    row.forEach(
        (key, value) -> {
          if (value instanceof WandbImages images) {
            images.paths().forEach(this::announceFile);
            values.put(key, images.value());
          } else {
            values.put(key, value);
          }
        });
    double runtime = runtime();
    values.put("_step", step);
    values.put("_runtime", runtime);
    values.put("_timestamp", start.toEpochMilli() / 1000.0 + runtime);
    Iterable<Item> items = Items.of(values);
    append(Record.newBuilder().setSummary(SummaryRecord.newBuilder().addAllUpdate(items)));
    append(
        Record.newBuilder()
            .setHistory(
                HistoryRecord.newBuilder()
                    .addAllItem(items)
                    .setStep(HistoryStep.newBuilder().setNum(step))));
    force();
    uplink.wake();
  }

  /** Step of the newest row, those before a stop included; {@code Long.MIN_VALUE} without any. */
  public synchronized long lastStep() {
    return lastStep;
  }

  /** Sets final values that no row has, e.g. the best of a metric. */
  public synchronized void summary(Map<String, ?> values) {
    append(
        Record.newBuilder().setSummary(SummaryRecord.newBuilder().addAllUpdate(Items.of(values))));
  }

  /** Keeps text that the program printed on standard output, line ends included. */
  public void console(String text) {
    console(OutputType.STDOUT, text);
  }

  /** Keeps text that the program printed on standard error, line ends included. */
  public void consoleError(String text) {
    console(OutputType.STDERR, text);
  }

  /** A standard output that also goes into the record of the run, line by line. */
  public PrintStream captureOutput(PrintStream original) {
    return ConsoleTee.of(original, this::console);
  }

  /** A standard error that also goes into the record of the run, line by line. */
  public PrintStream captureError(PrintStream original) {
    return ConsoleTee.of(original, this::consoleError);
  }

  /** Has a file below {@code files/} uploaded, or several by a glob. */
  public synchronized void announceFile(String path) {
    append(
        Record.newBuilder()
            .setFiles(FilesRecord.newBuilder().addFiles(FileItem.newBuilder().setPath(path))));
  }

  /** Whether the server asked the program to stop (by a person or by early termination). */
  public boolean stopRequested() {
    return uplink.stopRequested();
  }

  /**
   * Ends the run: 0 is finished, all else failed. Online, waits until the server has everything, or
   * says how to send it later.
   */
  public void finish(int exitCode) {
    finish(exitCode, () -> false);
  }

  /**
   * The same for an impatient user.
   *
   * @param hurry asked while waiting; once true the waiting ends after a few seconds
   */
  public void finish(int exitCode, BooleanSupplier hurry) {
    synchronized (this) {
      if (finished) {
        return;
      }
      finished = true;
      close(sampler);
      int seconds = (int) runtime();
      summary(Map.of("_wandb", Map.of("runtime", seconds)));
      RunExitRecord.Builder exit =
          RunExitRecord.newBuilder().setExitCode(exitCode).setRuntime(seconds);
      append(Record.newBuilder().setExit(exit));
      force();
      close(log);
    }
    if (lostRecords > 0) {
      notices.accept("W&B: " + lostRecords + " records are missing in " + identity.logFile());
    }
    end.waits()
        .execute(
            () -> {
              uplink.finish(hurry);
              close(lock);
            });
  }

  /** Ends the run as failed if it was not finished. */
  @Override
  public void close() {
    finish(1);
  }

  private void writeBeginning(WandbSettings settings) {
    append(
        Record.newBuilder()
            .setHeader(
                HeaderRecord.newBuilder()
                    .setVersionInfo(
                        VersionInfo.newBuilder()
                            .setProducer("ldctbench")
                            .setMinConsumer("0.70.0"))));
    append(
        Record.newBuilder()
            .setRun(
                RunRecord.newBuilder()
                    .setRunId(identity.runId())
                    .setEntity(identity.entity())
                    .setProject(identity.project())
                    .setConfig(ConfigRecord.newBuilder().addAllUpdate(Items.of(identity.config())))
                    .setRunGroup(identity.group())
                    .setJobType(identity.jobType())
                    .setDisplayName(identity.displayName())
                    .setNotes(identity.notes())
                    .addAllTags(identity.tags())
                    .setSweepId(identity.sweepId())
                    .setHost(Surroundings.host(settings))
                    .setStartTime(Surroundings.timestamp(start))));
    append(Record.newBuilder().setEnvironment(Surroundings.record(settings, identity, start)));
    force();
  }

  /** After the end the record is closed; the text was printed all the same. */
  private void console(OutputType stream, String text) {
    observed(
        Record.newBuilder()
            .setOutputRaw(
                OutputRawRecord.newBuilder()
                    .setOutputType(stream)
                    .setTimestamp(Surroundings.timestamp(now()))
                    .setLine(text)));
  }

  private synchronized void observed(Record.Builder record) {
    if (!finished) {
      append(record);
    }
  }

  /** Seconds since the start, whatever happens to the clock. */
  private double runtime() {
    return (System.nanoTime() - startNanos) * 1e-9;
  }

  /** Time since the start after the start's time of day: a clock that is set changes nothing. */
  private Instant now() {
    return start.plusNanos(System.nanoTime() - startNanos);
  }

  private void append(Record.Builder record) {
    try {
      log.append(record);
    } catch (IOException e) {
      if (lostRecords++ == 0) {
        notices.accept("W&B: " + identity.logFile() + " cannot be written (" + e + ")");
      }
    }
  }

  private void force() {
    try {
      log.force();
    } catch (IOException e) {
      notices.accept("W&B: " + identity.logFile() + " may not be on disk (" + e + ")");
    }
  }

  private void close(Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      notices.accept("W&B: " + identity.logFile() + " cannot be closed (" + e + ")");
    }
  }
}
