package org.ldctbench.bench;

import org.ldctbench.engine.Engine;

/**
 * SSIM by our engine of pairs that lie in its memory already, as predictions do when a run is
 * validated.
 */
record ResidentSsim(Engine engine, BenchCase benchCase, BenchData data) implements Contender {
  /** Of two float32 images. */
  static final int BYTES_A_PIXEL = 8;

  @Override
  public String framework() {
    return EngineContender.FRAMEWORK;
  }

  @Override
  public String kernel() {
    return engine.name() + ", in the engine's memory";
  }

  @Override
  public double run(int times) {
    int edge = benchCase.shape().patch();
    return engine.measureSsim(
        data.target,
        data.input,
        benchCase.shape().mbs(),
        edge,
        edge,
        EngineContender.STORED_MAX,
        times);
  }
}
