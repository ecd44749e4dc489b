package org.ldctbench.wandb.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.settings.WandbSettings;
import org.ldctbench.wandb.sync.LiveUpload;

/** Sends the log from a thread of its own. */
final class LogUplink implements RunUplink {
  private final LiveUpload upload;
  private final Duration patience;

  private LogUplink(LiveUpload upload, Duration patience) {
    this.upload = upload;
    this.patience = patience;
  }

  /**
   * @param patience how long the end of a program waits for a server that takes nothing
   */
  static RunUplink open(
      WandbSettings settings, Path log, Duration patience, Consumer<String> notices)
      throws IOException {
    return new LogUplink(LiveUpload.start(settings, log, Backoff.BACKGROUND, notices), patience);
  }

  @Override
  public void wake() {
    upload.wake();
  }

  @Override
  public boolean stopRequested() {
    return upload.stopRequested();
  }

  @Override
  public void finish(BooleanSupplier hurry) {
    upload.finish(patience, hurry);
  }
}
