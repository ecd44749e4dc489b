package org.ldctbench.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** The peer processes of one benchmark; closing ends them. */
public final class Peers implements AutoCloseable {
  private final List<Peer> running = new ArrayList<>();

  private Peers() {}

  /**
   * Starts each named peer; none for an empty list.
   *
   * @param task what it is to do: {@code cnn10}, {@code read} or {@code train}
   */
  public static Peers start(List<String> names, String task, String python) {
    Peers peers = new Peers();
    try {
      for (String name : names) {
        peers.running.add(Peer.start(name, task, scripts(), python));
      }
      return peers;
    } catch (RuntimeException e) {
      peers.close();
      throw e;
    }
  }

  List<Peer> all() {
    return Collections.unmodifiableList(running);
  }

  /**
   * All settings of all peers for a case. A peer that fails and a setting that computes something
   * else are left out, with a line in the log.
   *
   * @param expected the number that they must come to as well, NaN if there is none
   * @param tolerance largest difference from it
   * @throws UserException what the last one failed with, if all did; INTERNAL if all its settings
   *     compute something else
   */
  List<Contender> open(
      ObjectNode request, double expected, double tolerance, Consumer<String> log) {
    List<Contender> contenders = new ArrayList<>();
    int failed = 0;
    for (Peer peer : running) {
      try {
        contenders.addAll(open(peer, request, expected, tolerance, log));
      } catch (UserException e) {
        failed++;
        if (failed == running.size()) {
          throw e;
        }
        log.accept("left out: " + e.getMessage());
      }
    }
    return contenders;
  }

  private static List<Contender> open(
      Peer peer, ObjectNode request, double expected, double tolerance, Consumer<String> log) {
    Peer.Opened opened = peer.open(request);
    opened
        .skipped()
        .properties()
        .forEach(one -> log.accept("skipped '" + one.getKey() + "': " + one.getValue().asText()));
    if (opened.settings().isEmpty()) {
      throw new UserException(ExitCode.USAGE, "the peer can run none of its settings");
    }
    List<Contender> agreeing = new ArrayList<>();
    String difference = "";
    for (Peer.Setting setting : opened.settings()) {
      if (Double.isNaN(expected) || Math.abs(expected - setting.value()) <= tolerance) {
        agreeing.add(setting);
        continue;
      }
      difference =
          String.format(
              Locale.ROOT,
              "'%s' computes something else: %s instead of %s",
              setting.kernel(),
              setting.value(),
              expected);
      log.accept("left out: " + difference);
    }
    if (agreeing.isEmpty()) {
      throw new UserException(ExitCode.INTERNAL, difference + " for " + request);
    }
    return agreeing;
  }

  @Override
  public void close() {
    running.forEach(Peer::close);
  }

  /** {@code bench/peers} above the running jar: in a checkout and in an unpacked archive. */
  private static Path scripts() {
    try {
      Path start = Path.of(Peers.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      for (Path folder = start; folder != null; folder = folder.getParent()) {
        Path scripts = folder.resolve("bench").resolve("peers");
        if (Files.isDirectory(scripts)) {
          return scripts;
        }
      }
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    throw new UserException(ExitCode.USAGE, "bench/peers is missing beside this program");
  }
}
