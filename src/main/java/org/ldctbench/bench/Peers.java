package org.ldctbench.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** The peer processes of one benchmark; closing ends them. */
public final class Peers implements AutoCloseable {
  private final List<Peer> running = new ArrayList<>();

  private Peers() {}

  /** Starts each named peer; none for an empty list. */
  public static Peers start(List<String> names, String python) {
    Peers peers = new Peers();
    try {
      for (String name : names) {
        peers.running.add(Peer.start(name, scripts(), python));
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
