package org.ldctbench.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import org.ldctbench.common.Progress;

/** Opens a slice cache in a process of its own and prints whether it built it, and its content. */
final class CacheProcess {
  private CacheProcess() {}

  /** Arguments: info.yml, data folder, cache folder, a file to wait for. */
  public static void main(String[] args) throws Exception {
    while (!Files.exists(Path.of(args[3]))) {
      Thread.sleep(2);
    }
    System.out.println(open(InfoFile.read(Path.of(args[0])), Path.of(args[1]), Path.of(args[2])));
  }

  /** {@code built} or {@code found}, and a hash of all pixels. */
  static String open(InfoFile info, Path data, Path caches) {
    boolean[] built = {false};
    Progress.Factory watched =
        (task, total, unit) -> {
          built[0] = true;
          return Progress.SILENT.start(task, total, unit);
        };
    try (SliceCache cache =
        SliceCache.open(info, data, EnumSet.allOf(Split.class), caches, 2, watched)) {
      return (built[0] ? "built " : "found ") + hash(cache);
    }
  }

  static int hash(SliceCache cache) {
    int hash = 1;
    for (int i = 0; i < cache.table().slices().size(); i++) {
      hash = 31 * hash + Arrays.hashCode(cache.low(i));
      hash = 31 * hash + Arrays.hashCode(cache.high(i));
    }
    return hash;
  }
}
