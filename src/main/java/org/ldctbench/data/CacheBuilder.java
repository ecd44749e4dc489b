package org.ldctbench.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.ScratchBuffer;
import org.ldctbench.common.UserException;
import org.ldctbench.dicom.CtSlice;
import org.ldctbench.dicom.DicomReader;
import org.ldctbench.engine.SliceTable;

/** Reads every slice once, in parallel, into a temporary file that then takes the cache's name. */
final class CacheBuilder {
  private static final int ALIGNMENT = 64;

  private final List<SourceFiles.Pair> pairs;
  private final SliceTable.Slice[] slices;
  private final AtomicLong end;
  private final ThreadLocal<short[]> pixels = ThreadLocal.withInitial(() -> new short[0]);
  private final AtomicInteger unusualRescale = new AtomicInteger();

  private CacheBuilder(List<SourceFiles.Pair> pairs) {
    this.pairs = pairs;
    slices = new SliceTable.Slice[pairs.size()];
    end = new AtomicLong(CacheHeader.size(pairs.size()));
  }

  static void build(
      SourceFiles sources, byte[] fingerprint, Path file, int threads, Progress.Factory progress)
      throws IOException {
    CacheBuilder builder = new CacheBuilder(sources.pairs());
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(
              part,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        builder.requireSpace(file.getParent());
        builder.copyAll(channel, threads, progress);
        new CacheHeader(fingerprint, builder.unusualRescale.get(), Arrays.asList(builder.slices))
            .write(channel);
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Slices are not larger than their files, unless those are packed. */
  private void requireSpace(Path folder) throws IOException {
    long needed = 0;
    for (SourceFiles.Pair pair : pairs) {
      needed += Files.size(pair.low()) + Files.size(pair.high());
    }
    FileStore store = Files.getFileStore(folder);
    if (store.getUsableSpace() < needed) {
      throw new UserException(
          ExitCode.OUTPUT,
          String.format(
              "the slice cache needs %.1f GiB in %s but %.1f GiB are free; set LDCTBENCH_CACHE",
              needed / 1073741824.0, folder, store.getUsableSpace() / 1073741824.0));
    }
  }

  private void copyAll(FileChannel channel, int threads, Progress.Factory progress)
      throws IOException {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try (EarlyFlush flush = new EarlyFlush(channel);
        Progress shown = progress.start("Read slices", 2L * pairs.size(), "slices")) {
      List<Future<?>> running =
          IntStream.range(0, pairs.size())
              .<Future<?>>mapToObj(
                  i ->
                      workers.submit(
                          () -> {
                            copy(i, channel);
                            flush.grown(end.get());
                            shown.advance(2);
                            return null;
                          }))
              .toList();
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof RuntimeException problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException(ExitCode.INTERRUPTED, "building the slice cache was interrupted", e);
    } finally {
      workers.shutdownNow();
    }
  }

  private void copy(int index, FileChannel channel) throws IOException {
    SourceFiles.Pair pair = pairs.get(index);
    CtSlice low = read(pair.low());
    long lowOffset = append(low, channel);
    CtSlice high = read(pair.high());
    if (low.rows() != high.rows() || low.columns() != high.columns()) {
      throw new UserException(
          ExitCode.DATA,
          String.format(
              "%s (%d x %d) and %s (%d x %d) differ in size",
              pair.low(), low.rows(), low.columns(), pair.high(), high.rows(), high.columns()));
    }
    if (low.signed() != high.signed()) {
      throw new UserException(
          ExitCode.DATA,
          pair.low() + " and " + pair.high() + ": one has signed pixels, the other has not");
    }
    if (hasUnusualRescale(low) || hasUnusualRescale(high)) {
      unusualRescale.incrementAndGet();
    }
    slices[index] =
        new SliceTable.Slice(
            lowOffset, append(high, channel), low.rows(), low.columns(), low.signed());
  }

  /** The slice's pixels are overwritten by this thread's next call. */
  private CtSlice read(Path file) {
    CtSlice slice = DicomReader.read(file, pixels.get());
    pixels.set(slice.pixels());
    return slice;
  }

  private long append(CtSlice slice, FileChannel channel) throws IOException {
    ByteBuffer bytes = ScratchBuffer.get(2 * slice.pixels().length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(slice.pixels());
    long offset = end.getAndAdd((bytes.limit() + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT);
    for (long at = offset; bytes.hasRemaining(); ) {
      at += channel.write(bytes, at);
    }
    return offset;
  }

  private static boolean hasUnusualRescale(CtSlice slice) {
    return (slice.rescaleSlope() != null && slice.rescaleSlope() != 1)
        || (slice.rescaleIntercept() != null && slice.rescaleIntercept() != -1024);
  }
}
