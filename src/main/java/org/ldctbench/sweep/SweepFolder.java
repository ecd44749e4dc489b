package org.ldctbench.sweep;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Map;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Where a sweep lives: {@code <root>/sweep-<id>/} with {@code sweep.yaml} and its journal. */
public record SweepFolder(Path path) {
  /** Copy of the configuration. */
  public static final String CONFIG = "sweep.yaml";

  private static final String PREFIX = "sweep-";
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final int ID_LENGTH = 8;

  /**
   * The folder of runs and sweeps: {@code wandb} below {@code WANDB_DIR} or the working directory;
   * {@code .wandb} if that exists.
   */
  public static Path root(Map<String, String> environment) {
    String directory = environment.getOrDefault("WANDB_DIR", "");
    Path base = Path.of(directory).toAbsolutePath().normalize();
    Path hidden = base.resolve(".wandb");
    return Files.isDirectory(hidden) ? hidden : base.resolve("wandb");
  }

  /** A random id for a new sweep. */
  public static String newId() {
    SecureRandom random = new SecureRandom();
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return id.toString();
  }

  /** Makes the folder of a new sweep. */
  public static SweepFolder create(Path root, String id, Path config) {
    Path folder = root.resolve(PREFIX + id);
    try {
      byte[] text = Files.readAllBytes(config);
      Files.createDirectories(folder);
      AtomicFile.write(folder.resolve(CONFIG), out -> out.write(text));
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT, folder + ": cannot be made (" + e + "); set WANDB_DIR elsewhere", e);
    }
    return new SweepFolder(folder);
  }

  /** The folder of an existing sweep, by path or id. */
  public static SweepFolder find(Path root, String sweep) {
    String name = sweep.substring(sweep.lastIndexOf('/') + 1);
    for (Path folder :
        new Path[] {Path.of(sweep), root.resolve(PREFIX + name), root.resolve(name)}) {
      if (Files.isRegularFile(folder.resolve(Journal.FILE))) {
        return new SweepFolder(folder.toAbsolutePath().normalize());
      }
    }
    throw new UserException(
        ExitCode.CONFIG,
        "no sweep '" + sweep + "' below " + root + "; give its id or the path of its folder");
  }

  public String id() {
    String name = path.getFileName().toString();
    return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }

  public Path config() {
    return path.resolve(CONFIG);
  }

  /** The id of a run: the same whenever asked for the same number. */
  static String runId(String sweep, int number) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((sweep + "/" + number).getBytes(StandardCharsets.UTF_8));
      StringBuilder id = new StringBuilder();
      for (int i = 0; i < ID_LENGTH; i++) {
        int value = (digest[2 * i] & 0xff) << 8 | (digest[2 * i + 1] & 0xff);
        id.append(ALPHABET.charAt(value % ALPHABET.length()));
      }
      return id.toString();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
