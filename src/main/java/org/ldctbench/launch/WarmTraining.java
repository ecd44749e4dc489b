package org.ldctbench.launch;

import java.util.Map;
import java.util.function.Consumer;
import org.ldctbench.common.Progress;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.engine.Engine;
import org.ldctbench.train.DataSource;
import org.ldctbench.train.TrainingData;

/** Engine and data set that stay open from run to run, as long as the runs ask for the same. */
final class WarmTraining implements AutoCloseable {
  /** The precision counts only where the engine is chosen by it. */
  private record EngineKey(String name, String precision, int threads, int device) {
    static EngineKey of(TrainArguments arguments) {
      String name = arguments.engine();
      String precision = "auto".equals(name) ? arguments.precision() : "";
      return new EngineKey(name, precision, arguments.threads(), arguments.device());
    }
  }

  private record DataKey(String folder, String info) {}

  private final EngineOpener engines;
  private final Map<String, String> environment;
  private final Progress.Factory progress;
  private final Consumer<String> log;
  private EngineKey engineKey;
  private Engine engine;
  private DataKey dataKey;
  private TrainingData data;

  WarmTraining(
      EngineOpener engines,
      Map<String, String> environment,
      Progress.Factory progress,
      Consumer<String> log) {
    this.engines = engines;
    this.environment = environment;
    this.progress = progress;
    this.log = log;
  }

  Engine engine(TrainArguments arguments) {
    EngineKey wanted = EngineKey.of(arguments);
    if (!wanted.equals(engineKey)) {
      close();
      engine = engines.open(arguments);
      engineKey = wanted;
    }
    return engine;
  }

  TrainingData data(TrainArguments arguments) {
    Engine current = engine(arguments);
    DataKey wanted = new DataKey(arguments.dataFolder(), arguments.info().orElse(""));
    if (!wanted.equals(dataKey)) {
      closeData();
      DataSource source = DataSource.of(arguments, environment, progress, log);
      data = TrainingData.open(source, current, environment, progress);
      dataKey = wanted;
      if (data.unusualRescale() > 0) {
        log.accept(
            "warning: "
                + data.unusualRescale()
                + " slices have a rescale slope or intercept other than 1 and -1024, which is not"
                + " applied");
      }
    }
    return data;
  }

  private void closeData() {
    if (data != null) {
      data.close();
      data = null;
      dataKey = null;
    }
  }

  @Override
  public void close() {
    closeData();
    if (engine != null) {
      engine.close();
      engine = null;
      engineKey = null;
    }
  }
}
