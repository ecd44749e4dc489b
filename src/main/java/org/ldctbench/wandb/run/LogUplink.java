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
  /** How long the end of a program may wait for a server that takes nothing. */
  private static final Duration PATIENCE_AT_END = Duration.ofMinutes(5);

  private final LiveUpload upload;

  private LogUplink(LiveUpload upload) {
    this.upload = upload;
  }

  static RunUplink open(WandbSettings settings, Path log, Consumer<String> notices)
      throws IOException {
    return new LogUplink(LiveUpload.start(settings, log, Backoff.BACKGROUND, notices));
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
    upload.finish(PATIENCE_AT_END, hurry);
  }
}
