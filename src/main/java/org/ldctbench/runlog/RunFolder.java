package org.ldctbench.runlog;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** {@code wandb/<offline-|>run-<YYYYMMDD_HHMMSS>-<id>/}, laid out as W&B lays it out. */
public record RunFolder(Path path, String name, String id) {
  private static final Pattern NAME =
      Pattern.compile("(?:offline-)?run-(\\d{8}_\\d{6}-([^/\\\\]+))");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss");
  private static final Pattern FORBIDDEN_IN_ID = Pattern.compile("[:;,#?/'\\\\\\p{Cntrl}]");
  private static final String ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * The folder that holds all runs: {@code wandb}, or {@code .wandb} where that exists, below
   * WANDB_DIR or the working directory.
   */
  public static Path root(Map<String, String> environment) {
    String given = environment.get("WANDB_DIR");
    Path base = Path.of(given == null || given.isBlank() ? "" : given).toAbsolutePath();
    Path hidden = base.resolve(".wandb");
    return Files.isDirectory(hidden) ? hidden : base.resolve("wandb");
  }

  /**
   * Makes a new folder and points latest-run at it. The id is WANDB_RUN_ID or eight random
   * characters.
   *
   * @throws UserException USAGE for an unusable id, OUTPUT if the folder cannot be made
   */
  public static RunFolder create(
      Map<String, String> environment, boolean offline, LocalDateTime now) {
    String wanted = environment.get("WANDB_RUN_ID");
    if (wanted != null) {
      checkId(wanted);
    }
    Path root = root(environment);
    try {
      Files.createDirectories(root);
      LocalDateTime time = now;
      while (true) {
        String id = wanted == null ? randomId() : wanted;
        String name = TIME.format(time) + "-" + id;
        Path path = root.resolve((offline ? "offline-run-" : "run-") + name);
        try {
          Files.createDirectory(path);
        } catch (FileAlreadyExistsException e) {
          time = wanted == null ? time : time.plusSeconds(1);
          continue;
        }
        Files.createDirectory(path.resolve("files"));
        pointLatest(root, path);
        return new RunFolder(path, name, id);
      }
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT,
          root + ": cannot make a run folder (" + e + "); make it writable or set WANDB_DIR",
          e);
    }
  }

  /**
   * An existing run by its folder, its files/ folder, or its name below {@link #root} with or
   * without prefix.
   *
   * @throws UserException CONFIG if there is none
   */
  public static RunFolder find(String nameOrPath, Map<String, String> environment) {
    Path root = root(environment);
    Path given = Path.of(nameOrPath);
    for (Path candidate :
        new Path[] {
          given,
          root.resolve(nameOrPath),
          root.resolve("offline-run-" + nameOrPath),
          root.resolve("run-" + nameOrPath)
        }) {
      if (Files.isRegularFile(candidate.resolve("files").resolve("args.yaml"))) {
        return of(candidate);
      }
    }
    Path parent = given.toAbsolutePath().normalize().getParent();
    if (Files.isRegularFile(given.resolve("args.yaml")) && parent != null) {
      return of(parent);
    }
    throw new UserException(
        ExitCode.CONFIG,
        nameOrPath
            + ": no such run (neither a folder with files/args.yaml nor a name below "
            + root
            + "); give the run's folder");
  }

  private static RunFolder of(Path folder) {
    Path path = folder.toAbsolutePath().normalize();
    try {
      path = path.toRealPath();
    } catch (IOException e) {
      // A name without links is enough.
    }
    String last = String.valueOf(path.getFileName());
    Matcher matcher = NAME.matcher(last);
    return matcher.matches()
        ? new RunFolder(path, matcher.group(1), matcher.group(2))
        : new RunFolder(path, last, last);
  }

  /** Where everything that the program itself writes goes. */
  public Path files() {
    return path.resolve("files");
  }

  /** Whether the run was begun as one to be kept here. */
  public boolean offline() {
    return String.valueOf(path.getFileName()).startsWith("offline-run-");
  }

  private static void checkId(String id) {
    if (id.isBlank() || !id.equals(id.strip()) || FORBIDDEN_IN_ID.matcher(id).find()) {
      throw new UserException(
          ExitCode.USAGE,
          "WANDB_RUN_ID '" + id + "' is no run id; use letters, digits and - _ only");
    }
  }

  private static String randomId() {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      id.append(ID_CHARACTERS.charAt(RANDOM.nextInt(ID_CHARACTERS.length())));
    }
    return id.toString();
  }

  private static void pointLatest(Path root, Path run) {
    Path fresh = root.resolve(".latest-run-" + run.getFileName());
    try {
      Files.createSymbolicLink(fresh, run.getFileName());
      Files.move(
          fresh,
          root.resolve("latest-run"),
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | UnsupportedOperationException e) {
      // A convenience: file systems without links do without it.
    }
  }
}
