package org.ldctbench.wandb.sync;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.wandb.proto.FileItem;

/** The files of a run that are to be uploaded, found by the names and globs of its log. */
final class RunFiles {
  private static final int MAX_DEPTH = 20;

  private final Path folder;
  private final List<PathMatcher> ignored;
  private final Set<String> now = new LinkedHashSet<>();
  private final Set<String> atEnd = new LinkedHashSet<>();

  /**
   * @param folder the run's {@code files}
   */
  RunFiles(Path folder, List<String> ignoreGlobs) {
    this.folder = folder.toAbsolutePath().normalize();
    this.ignored = ignoreGlobs.stream().map(RunFiles::ignoreGlob).toList();
  }

  private static PathMatcher ignoreGlob(String pattern) {
    try {
      return glob(pattern);
    } catch (PatternSyntaxException e) {
      throw new UserException(
          ExitCode.CONFIG, "WANDB_IGNORE_GLOBS: '" + pattern + "' is no pattern like *.pt", e);
    }
  }

  void announce(List<FileItem> items) {
    for (FileItem item : items) {
      (item.getPolicy() == FileItem.Policy.NOW ? now : atEnd).add(item.getPath());
    }
  }

  void announceAtEnd(String name) {
    atEnd.add(name);
  }

  /**
   * Announced files that exist and are not ignored, by name; they count as taken.
   *
   * @param done says of a name whether the server has the file
   */
  Map<String, Path> take(boolean ending, Predicate<String> done) throws IOException {
    Map<String, Path> found = new LinkedHashMap<>();
    take(now, found);
    if (ending) {
      take(atEnd, found);
    }
    found.keySet().removeIf(done);
    return found;
  }

  private void take(Set<String> announced, Map<String, Path> found) throws IOException {
    for (String pattern : announced) {
      for (Path file : resolve(pattern)) {
        Path relative = folder.relativize(file);
        if (ignored.stream().noneMatch(glob -> glob.matches(relative))) {
          found.put(relative.toString(), file);
        }
      }
    }
    announced.clear();
  }

  private List<Path> resolve(String pattern) throws IOException {
    try {
      Path exact = folder.resolve(pattern).normalize();
      if (!exact.startsWith(folder)) {
        return List.of(); // A log must not reach for files outside of its run.
      }
      if (Files.isRegularFile(exact)) {
        return List.of(exact);
      }
    } catch (InvalidPathException e) {
      return List.of();
    }
    if (!pattern.matches(".*[*?\\[].*") || !Files.isDirectory(folder)) {
      return List.of();
    }
    PathMatcher matcher;
    try {
      matcher = glob(pattern);
    } catch (PatternSyntaxException e) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder, MAX_DEPTH, new FileVisitOption[0])) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> matcher.matches(folder.relativize(file)))
          .toList();
    }
  }

  private static PathMatcher glob(String pattern) {
    return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
  }
}
