package org.ldctbench.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.ldctbench.bench.BenchRow.Figures;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.Precision;
import org.ldctbench.train.TrainingData;

/**
 * Measures whole training runs of one epoch: sampling, training, validation, records, plots. The
 * slice cache exists before.
 */
public final class LoopBench {
  private static final int WARM_UP_ITERATIONS = 10;

  private final Engine engine;
  private final TrainingData data;
  private final int threads;
  private final int repeats;
  private final int iterations;
  private final Machine machine;
  private final Consumer<String> log;

  /**
   * @param iterations of the epoch
   */
  public LoopBench(
      Engine engine,
      TrainingData data,
      int threads,
      int repeats,
      int iterations,
      Machine machine,
      Consumer<String> log) {
    this.engine = engine;
    this.data = data;
    this.threads = threads;
    this.repeats = repeats;
    this.iterations = iterations;
    this.machine = machine;
    this.log = log;
  }

  /**
   * @return times of one iteration, with the share of the validation and of all that surrounds it
   * @throws org.ldctbench.common.UserException DATA if the shape does not fit the data set
   */
  public List<BenchRow> run(Precision precision, Shape shape, Peers peers) {
    LoopContender ours = new LoopContender(engine, data, precision, options(precision, shape));
    List<Contender> contenders = new ArrayList<>(List.of(ours));
    contenders.addAll(peers.open(request(precision, shape), Double.NaN, 0, log));
    log.accept(
        "train: one epoch of "
            + iterations
            + " iterations with its validation, records and plots; overhead is the share of the"
            + " wall time outside the engine's training and validation");
    List<Samples> samples = Turns.measure(contenders, repeats, log, this::warmUp);
    List<Samples> others = samples.subList(1, samples.size());
    List<BenchRow> rows = new ArrayList<>();
    for (int c = 0; c < samples.size(); c++) {
      if (samples.get(c) == null) {
        continue;
      }
      Spread spread = samples.get(c).spread();
      double ms = spread.median();
      Double overhead = c == 0 ? Double.valueOf(ours.overhead(repeats)) : null;
      rows.add(
          new BenchRow(
              "train",
              contenders.get(c).framework(),
              c == 0 ? engine.name() : null,
              contenders.get(c).kernel(),
              precision.label(),
              shape.mbs(),
              shape.patch(),
              threads,
              spread,
              shape.pixels() / ms * 1e-3,
              Figures.loop(1000 / ms, overhead),
              c == 0 ? Samples.fastestOver(others, samples.get(0)) : null,
              machine));
    }
    return rows;
  }

  private int warmUp(Contender contender) {
    contender.run(Math.min(WARM_UP_ITERATIONS, iterations));
    return iterations;
  }

  private static Map<String, Object> options(Precision precision, Shape shape) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("trainer", "cnn10");
    options.put("optimizer", "adam");
    options.put("lr", "1e-4");
    options.put("mbs", Integer.toString(shape.mbs()));
    options.put("patchsize", Integer.toString(shape.patch()));
    options.put("valsamples", "1");
    options.put("num_workers", "0");
    options.put("precision", precision.label());
    return options;
  }

  private ObjectNode request(Precision precision, Shape shape) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("do", "open");
    request.put("bench", "train");
    request.put("precision", precision.label());
    request.put("data", data.source().folder().toAbsolutePath().toString());
    request.put("mbs", shape.mbs());
    request.put("patch", shape.patch());
    request.put("threads", threads);
    request.put("device", engine.name());
    return request;
  }
}
