package org.ldctbench.bench;

import java.util.List;
import org.ldctbench.engine.Engine;

/**
 * An engine and the peers beside it, closed with it. Several setups of one benchmark are measured
 * in turn.
 *
 * @param threads of the engine, and as many of each peer
 */
public record BenchSetup(Engine engine, int threads, Peers peers) implements AutoCloseable {
  /**
   * Starts the peers; the engine is closed if that fails.
   *
   * @param peers names
   * @param python their interpreter
   */
  public static BenchSetup start(Engine engine, int threads, List<String> peers, String python) {
    try {
      return new BenchSetup(engine, threads, Peers.start(peers, "cnn10", python));
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  @Override
  public void close() {
    peers.close();
    engine.close();
  }
}
