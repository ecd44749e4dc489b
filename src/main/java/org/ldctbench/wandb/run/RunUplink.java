package org.ldctbench.wandb.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.ldctbench.wandb.settings.Mode;
import org.ldctbench.wandb.settings.WandbSettings;

/** Carries the transaction log of a running program to the server, or nowhere. */
interface RunUplink {
  /** Opens the way for a log that has just begun. */
  @FunctionalInterface
  interface Factory {
    RunUplink open(Path log) throws IOException;
  }

  /** There is news in the log. */
  void wake();

  boolean stopRequested();

  /**
   * The log is complete; returns when it is sent or has to be sent later.
   *
   * @param hurry asked while waiting; once true the waiting ends after a few seconds
   */
  void finish(BooleanSupplier hurry);

  /** Sends where the settings say so; without a key the run stays in its folder. */
  static Factory factory(WandbSettings settings, Consumer<String> notices) {
    if (settings.mode() == Mode.ONLINE && settings.key().isEmpty()) {
      notices.accept(
          "W&B: no API key for "
              + settings.baseUrl()
              + " (WANDB_API_KEY, ~/.netrc), the run is kept offline");
    }
    return log -> settings.online() ? LogUplink.open(settings, log, notices) : NONE;
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
