package org.ldctbench.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import org.ldctbench.common.Progress;
import org.ldctbench.data.SliceCache;
import org.ldctbench.data.Split;

/** Our slice cache, built from scratch each time. */
final class CacheContender implements Contender {
  private final CacheFiles files;
  private final Path parent;
  private final int threads;

  CacheContender(CacheFiles files, Path parent, int threads) {
    this.files = files;
    this.parent = parent;
    this.threads = threads;
  }

  @Override
  public String framework() {
    return "ldctbench";
  }

  @Override
  public String kernel() {
    return "slice cache";
  }

  @Override
  public double run(int times) {
    try {
      long nanos = 0;
      for (int i = 0; i < times; i++) {
        Path cache = Files.createTempDirectory(parent, "cache");
        long start = System.nanoTime();
        SliceCache.open(
                files.info(),
                files.folder(),
                EnumSet.of(Split.TRAIN),
                cache,
                threads,
                Progress.SILENT)
            .close();
        nanos += System.nanoTime() - start;
        TemporaryFolder.delete(cache);
      }
      return nanos * 1e-6 / times / files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
