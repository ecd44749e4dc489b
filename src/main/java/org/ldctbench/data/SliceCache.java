package org.ldctbench.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.SliceTable;

/**
 * All slices of a data set in one file that engines map into memory. It is built at the first use,
 * by one process while others wait, and again when a source file changes.
 */
public final class SliceCache implements AutoCloseable {
  private static final Object IN_THIS_PROCESS = new Object();

  private final FileChannel channel;
  private final SliceTable table;
  private final int unusualRescale;
  private final Map<Split, int[]> firstSlices = new EnumMap<>(Split.class);

  private SliceCache(
      Path file, FileChannel channel, CacheHeader header, InfoFile info, Set<Split> splits) {
    this.channel = channel;
    this.table = new SliceTable(file, header.slices());
    this.unusualRescale = header.unusualRescale();
    int next = 0;
    for (Split split : Split.values()) {
      if (splits.contains(split)) {
        List<Patient> patients = info.patients(split);
        int[] first = new int[patients.size()];
        for (int p = 0; p < first.length; p++) {
          first[p] = next;
          next += patients.get(p).slices();
        }
        firstSlices.put(split, first);
      }
    }
  }

  /** {@code $LDCTBENCH_CACHE}, else {@code ldctbench} in the user's cache folder. */
  public static Path defaultFolder(Map<String, String> environment) {
    String own = environment.getOrDefault("LDCTBENCH_CACHE", "");
    if (!own.isEmpty()) {
      return Path.of(own);
    }
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path caches = xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
    return caches.resolve("ldctbench");
  }

  /**
   * Opens the cache of some splits, building it first where needed.
   *
   * @param threads that read files, at least 1
   * @throws UserException with code DATA for missing, damaged or unsuitable source files, OUTPUT if
   *     the cache cannot be written
   */
  public static SliceCache open(
      InfoFile info,
      Path dataFolder,
      Set<Split> splits,
      Path cacheFolder,
      int threads,
      Progress.Factory progress) {
    SourceFiles sources = new SourceFiles(info, dataFolder, splits);
    byte[] fingerprint = sources.fingerprint();
    Path file = cacheFolder.resolve(sources.identity() + ".slices");
    try {
      SliceCache existing = openIfCurrent(file, fingerprint, info, splits);
      if (existing != null) {
        return existing;
      }
      Files.createDirectories(cacheFolder);
      synchronized (IN_THIS_PROCESS) {
        try (FileChannel lockFile =
            FileChannel.open(
                cacheFolder.resolve(sources.identity() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
          lockFile.lock(); // held until the channel closes
          existing = openIfCurrent(file, fingerprint, info, splits);
          if (existing != null) {
            return existing;
          }
          CacheBuilder.build(sources, fingerprint, file, threads, progress);
        }
      }
      SliceCache built = openIfCurrent(file, fingerprint, info, splits);
      if (built == null) {
        throw new UserException(
            ExitCode.OUTPUT, file + ": vanished or changed while it was built; run again");
      }
      return built;
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT,
          "cannot write the slice cache in "
              + cacheFolder
              + " ("
              + e.getMessage()
              + "); set LDCTBENCH_CACHE to a folder with space",
          e);
    }
  }

  private static SliceCache openIfCurrent(
      Path file, byte[] fingerprint, InfoFile info, Set<Split> splits) throws IOException {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    SliceCache current = null;
    try {
      CacheHeader header = CacheHeader.read(channel);
      if (header != null && Arrays.equals(header.fingerprint(), fingerprint)) {
        current = new SliceCache(file, channel, header, info, splits);
      }
    } finally {
      if (current == null) {
        channel.close();
      }
    }
    return current;
  }

  public SliceTable table() {
    return table;
  }

  /** Index in the table of the first slice of a patient, by its place in the split's list. */
  public int first(Split split, int patient) {
    return firstSlices.get(split)[patient];
  }

  /**
   * Slices whose rescale tags are present and not slope 1, intercept -1024. They are not applied.
   */
  public int unusualRescale() {
    return unusualRescale;
  }

  /** Stored values of a low-dose slice, {@code [rows][columns]}. */
  public float[] low(int slice) {
    return read(table.slices().get(slice).lowOffset(), table.slices().get(slice));
  }

  /** Stored values of a high-dose slice, {@code [rows][columns]}. */
  public float[] high(int slice) {
    return read(table.slices().get(slice).highOffset(), table.slices().get(slice));
  }

  private float[] read(long offset, SliceTable.Slice slice) {
    int count = slice.rows() * slice.columns();
    ByteBuffer bytes = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, offset + bytes.position()) < 0) {
          throw new IOException(table.file() + " is shorter than it was");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ShortBuffer stored = bytes.flip().asShortBuffer();
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = slice.signed() ? stored.get(i) : stored.get(i) & 0xffff;
    }
    return values;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
