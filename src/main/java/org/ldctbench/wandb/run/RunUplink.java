package org.ldctbench.wandb.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.ldctbench.wandb.settings.Mode;
import org.ldctbench.wandb.settings.Talk;
import org.ldctbench.wandb.settings.WandbSettings;

/** Carries the transaction log of a running program to the server, or nowhere. */
interface RunUplink {
  /** There is news in the log. */
  void wake();

  boolean stopRequested();

  /**
   * The log is complete; returns when it is sent or has to be sent later.
   *
   * @param hurry asked while waiting; once true the waiting ends after a few seconds
   */
  void finish(BooleanSupplier hurry);

  /** The way for a log that has just begun; without a key the run stays in its folder. */
  static RunUplink open(WandbSettings settings, Path log, UploadEnd end, Consumer<String> notices)
      throws IOException {
    boolean silent = settings.talk() == Talk.NOTHING;
    if (!silent && settings.mode() == Mode.ONLINE && settings.key().isEmpty()) {
      notices.accept(
          "W&B: no API key for "
              + settings.baseUrl()
              + " (WANDB_API_KEY, ~/.netrc), the run is kept offline");
    }
    return settings.online() ? LogUplink.open(settings, log, end, notices) : NONE;
  }

  /** The run stays in its folder. */
  RunUplink NONE =
      new RunUplink() {
        @Override
        public void wake() {}

        @Override
        public boolean stopRequested() {
          return false;
        }

        @Override
        public void finish(BooleanSupplier hurry) {}
      };
}
