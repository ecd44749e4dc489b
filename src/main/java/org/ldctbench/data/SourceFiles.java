package org.ldctbench.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** The DICOM files of a data set, in cache order: splits, patients in list order, slices. */
final class SourceFiles {
  /** A low-dose file and its high-dose partner. */
  record Pair(Path low, Path high) {}

  private final List<Pair> pairs = new ArrayList<>();
  private final Path root;

  SourceFiles(InfoFile info, Path dataFolder, Set<Split> splits) {
    root = dataFolder.toAbsolutePath().normalize();
    for (Split split : Split.values()) {
      if (splits.contains(split)) {
        info.patients(split).forEach(this::add);
      }
    }
  }

  List<Pair> pairs() {
    return pairs;
  }

  /** Identity of the data set: its place and its file names, whatever their content. */
  String identity() {
    MessageDigest digest = sha256();
    update(digest, root.toString());
    pairs.forEach(
        pair -> {
          update(digest, pair.low().toString());
          update(digest, pair.high().toString());
        });
    return hex(digest.digest()).substring(0, 24);
  }

  /**
   * Changes with the size or time of any file.
   *
   * @throws UserException with code DATA naming the first missing file and how many are missing
   */
  byte[] fingerprint() {
    MessageDigest digest = sha256();
    List<Path> missing = new ArrayList<>();
    for (Pair pair : pairs) {
      for (Path file : List.of(pair.low(), pair.high())) {
        try {
          BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
          digest.update(
              ByteBuffer.allocate(16)
                  .putLong(facts.size())
                  .putLong(facts.lastModifiedTime().to(TimeUnit.NANOSECONDS))
                  .array());
        } catch (IOException e) {
          missing.add(file);
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new UserException(
          ExitCode.DATA,
          missing.get(0)
              + ": missing ("
              + missing.size()
              + " of "
              + 2 * pairs.size()
              + " slice files are); check the data folder, or the split given by --info");
    }
    return digest.digest();
  }

  private void add(Patient patient) {
    Path low = folder(patient, patient.input());
    Path high = folder(patient, patient.target());
    for (int number = 1; number <= patient.slices(); number++) {
      String name = patient.fileName(number);
      pairs.add(new Pair(low.resolve(name), high.resolve(name)));
    }
  }

  /** The first two characters ("./") are cut off, as the original does. */
  private Path folder(Patient patient, String relative) {
    String inside = relative.startsWith("./") ? relative.substring(2) : relative;
    Path folder;
    try {
      folder = root.resolve(inside).normalize();
    } catch (InvalidPathException e) {
      throw bad(patient, relative, "is no possible path", e);
    }
    if (!folder.startsWith(root)) {
      throw bad(patient, relative, "leaves the data folder; give it relative to that", null);
    }
    return folder;
  }

  private static UserException bad(Patient patient, String folder, String what, Exception cause) {
    return new UserException(
        ExitCode.CONFIG, "patient " + patient.id() + ": folder '" + folder + "' " + what, cause);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
