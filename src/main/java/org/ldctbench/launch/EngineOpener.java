package org.ldctbench.launch;

import org.ldctbench.config.TrainArguments;
import org.ldctbench.engine.Engine;

/** Opens the engine that a run's arguments ask for. */
@FunctionalInterface
public interface EngineOpener {
  Engine open(TrainArguments arguments);
}
