package org.ldctbench.download;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;

/**
 * Brings series into a data folder. A series is in its place complete or not at all, and then in
 * metadata.csv; what is there already is not asked for again.
 */
public final class Downloader {
  private final TciaService service;
  private final Path folder;
  private final Path work;

  /**
   * What happened.
   *
   * @param downloaded series that came
   * @param skipped series that were there
   * @param failures one line for each series that could not be had
   */
  public record Result(int downloaded, int skipped, List<String> failures) {
    public Result {
      failures = List.copyOf(failures);
    }
  }

  public Downloader(TciaService service, Path folder) {
    this.service = service;
    this.folder = folder;
    this.work = folder.resolve(".download");
  }

  /**
   * Downloads the series that are missing.
   *
   * @throws UserException if no further series can be had: account refused, service out of reach,
   *     folder not writable
   */
  public Result run(List<String> uids, Progress.Factory progress) {
    Folders.create(folder);
    Path lockFile = folder.resolve(".download.lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        throw busy(null);
      }
      return runAlone(uids, progress);
    } catch (OverlappingFileLockException e) {
      throw busy(e);
    } catch (IOException e) {
      throw new UserException(ExitCode.OUTPUT, "cannot write " + lockFile, e);
    }
  }

  private Result runAlone(List<String> uids, Progress.Factory factory) {
    MetadataTable table = new MetadataTable(folder.resolve("metadata.csv"));
    List<String> failures = new ArrayList<>();
    int downloaded = 0;
    int skipped = 0;
    try (Progress progress = factory.start("Download", uids.size(), "series")) {
      for (String uid : uids) {
        try {
          if (isComplete(table.get(uid))) {
            skipped++;
          } else {
            if (downloaded + failures.size() == 0) {
              service.logIn();
            }
            download(uid, table, progress);
            downloaded++;
          }
        } catch (SeriesException e) {
          failures.add("series " + uid + ": " + e.getMessage());
        }
        progress.advance(1);
      }
    } finally {
      Folders.delete(work);
    }
    return new Result(downloaded, skipped, failures);
  }

  private boolean isComplete(Series row) {
    try {
      return row != null && isWhole(row, folder.resolve(row.folder()));
    } catch (SeriesException e) {
      return false; // A row that names no folder: the service knows better.
    }
  }

  private static boolean isWhole(Series series, Path where) {
    long found = Folders.dicomFiles(where);
    OptionalInt expected = series.images();
    return found > 0 && (expected.isEmpty() || expected.getAsInt() == found);
  }

  private void download(String uid, MetadataTable table, Progress progress) throws SeriesException {
    Series series = service.metadata(uid);
    Path target = folder.resolve(series.folder());
    progress.note(series.title());
    Folders.delete(work);
    Folders.create(work);
    Path unpacked = work.resolve("unpacked");
    service.images(uid, work.resolve("series.zip"), unpacked);
    if (!isWhole(series, unpacked)) {
      throw new SeriesException(
          String.format(
              "its zip file holds %d DICOM files instead of %s",
              Folders.dicomFiles(unpacked), series.fields().get("Number of Images")));
    }
    Folders.replace(unpacked, target);
    table.put(uid, series);
  }

  private UserException busy(Exception cause) {
    return new UserException(
        ExitCode.OUTPUT,
        "another download into " + folder + " is running; wait for its end",
        cause);
  }
}
