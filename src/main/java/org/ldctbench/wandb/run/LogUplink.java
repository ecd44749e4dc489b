package org.ldctbench.wandb.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.settings.WandbSettings;
import org.ldctbench.wandb.sync.LiveUpload;

/** Sends the log from a thread of its own. */
final class LogUplink implements RunUplink {
  private final LiveUpload upload;
  private final UploadEnd end;

  private LogUplink(LiveUpload upload, UploadEnd end) {
    this.upload = upload;
    this.end = end;
  }

  static RunUplink open(WandbSettings settings, Path log, UploadEnd end, Consumer<String> notices)
      throws IOException {
    return new LogUplink(LiveUpload.start(settings, log, Backoff.BACKGROUND, notices), end);
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
    upload.finish(end.patience(), end.told(), hurry);
  }
}
