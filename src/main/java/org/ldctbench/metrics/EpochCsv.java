package org.ldctbench.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.PythonFloat;

/**
 * Losses.csv and Metrics.csv: one row per epoch, lines end with CR LF, numbers as Python's repr.
 */
public final class EpochCsv {
  private static final String LOSSES = "Losses.csv";
  private static final String METRICS = "Metrics.csv";
  private static final String LOSSES_HEADER = "Iteration,loss train,loss val\r\n";
  private static final String METRICS_HEADER = "Iteration,SSIM,PSNR,RMSE\r\n";

  private EpochCsv() {}

  /**
   * Adds a row to both files.
   *
   * @param first the header comes before this row
   */
  public static void append(Path folder, EpochRecord epoch, boolean first) throws IOException {
    append(folder.resolve(LOSSES), (first ? LOSSES_HEADER : "") + losses(epoch));
    append(folder.resolve(METRICS), (first ? METRICS_HEADER : "") + metrics(epoch));
  }

  /** Makes both files hold these epochs and nothing else; without any, there are no files. */
  public static void rewrite(Path folder, List<EpochRecord> epochs) throws IOException {
    if (epochs.isEmpty()) {
      Files.deleteIfExists(folder.resolve(LOSSES));
      Files.deleteIfExists(folder.resolve(METRICS));
      return;
    }
    StringBuilder losses = new StringBuilder(LOSSES_HEADER);
    StringBuilder metrics = new StringBuilder(METRICS_HEADER);
    for (EpochRecord epoch : epochs) {
      losses.append(losses(epoch));
      metrics.append(metrics(epoch));
    }
    AtomicFile.writeString(folder.resolve(LOSSES), losses.toString());
    AtomicFile.writeString(folder.resolve(METRICS), metrics.toString());
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static String losses(EpochRecord epoch) {
    return row(epoch.iteration(), epoch.trainLoss(), epoch.valLoss());
  }

  private static String metrics(EpochRecord epoch) {
    return row(epoch.iteration(), epoch.ssim(), epoch.psnr(), epoch.rmse());
  }

  private static String row(long iteration, double... values) {
    StringBuilder row = new StringBuilder().append(iteration);
    for (double value : values) {
      row.append(',').append(PythonFloat.repr(value));
    }
    return row.append("\r\n").toString();
  }
}
