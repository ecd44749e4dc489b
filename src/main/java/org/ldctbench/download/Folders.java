package org.ldctbench.download;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** File operations of a download; failures say what could not be written. */
final class Folders {
  private Folders() {}

  static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw failed("make the folder", folder, e);
    }
  }

  static OutputStream open(Path file) {
    try {
      return Files.newOutputStream(file);
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  /** Deletes a folder with what is in it, links themselves rather than what they lead to. */
  static void delete(Path folder) {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path one : deepestFirst) {
        Files.delete(one);
      }
    } catch (IOException e) {
      throw failed("delete", folder, e);
    }
  }

  /** Puts a folder in the place of another one, if there is one. */
  static void replace(Path folder, Path target) {
    create(target.getParent());
    delete(target);
    try {
      Files.move(folder, target);
    } catch (IOException e) {
      throw failed("write", target, e);
    }
  }

  /** Number of DICOM files directly in a folder; 0 if there is no such folder. */
  static long dicomFiles(Path folder) {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.getFileName().toString().endsWith(".dcm")).count();
    } catch (IOException e) {
      throw failed("read", folder, e);
    }
  }

  private static UserException failed(String what, Path path, IOException e) {
    return new UserException(
        ExitCode.OUTPUT, "cannot " + what + " " + path + " (" + e.getMessage() + ")", e);
  }
}
