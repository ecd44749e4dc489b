package org.ldctbench.train;

import java.util.Map;
import org.ldctbench.runlog.RunFolder;

/** Watches one run, from the thread that trains. */
public interface TrainingListener {
  /** The run's folder exists. */
  default void started(RunFolder folder) {}

  /** A line of the result, such as the original prints on standard output. */
  default void line(String text) {}

  /** Something that a user should know, one line. */
  default void warning(String text) {}

  /** Where the run is to be seen, and the like; may come from any thread. One line. */
  default void notice(String text) {}

  /**
   * Some more iterations are done.
   *
   * @param iteration done so far, of the whole run
   * @param total of the whole run
   * @param newlyDone since the last report
   * @param loss mean of the newest ones
   */
  default void progress(long iteration, long total, long newlyDone, double loss) {}

  /**
   * An epoch was validated and recorded.
   *
   * @param metrics under the original's names: loss (train), loss (val), SSIM, PSNR, RMSE
   */
  default void epoch(long iteration, Map<String, Double> metrics) {}

  /** Asked about four times a second; true saves the run and ends it. */
  default boolean stopRequested() {
    return false;
  }
}
