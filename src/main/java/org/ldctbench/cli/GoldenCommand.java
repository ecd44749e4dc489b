package org.ldctbench.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.ldctbench.binding.Engines;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.ImageQuality;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.ParameterLayout;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;
import org.ldctbench.npy.Npy;
import org.ldctbench.npy.NpyArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ldctbench golden}: computes golden cases, for comparison with another implementation. */
@Command(
    name = "golden",
    mixinStandardHelpOptions = true,
    description = {
      "Compute golden cases with an engine and write the results as .npy files.",
      "",
      "Every folder of --cases with params/, input.npy and target.npy gives output, loss, gradients"
          + " and the parameters after 1 and 5 Adam steps, 5 SGD and 5 RMSprop steps; a folder"
          + " 'metrics' of NAME.target.npy and NAME.pred.npy pairs gives actual.json."
    },
    footer = {
      "",
      "Example:",
      "  ldctbench golden --engine cpu --precision fp32 --cases cases --out results"
    })
public final class GoldenCommand implements Callable<Integer> {
  private static final double LR = 1e-3;
  private static final int STEPS = 5;
  private static final float MAX_PIXEL = 2924;
  private static final String TARGET = ".target.npy";

  @Option(
      names = "--engine",
      defaultValue = "auto",
      description = "auto, cpu or cuda (${DEFAULT-VALUE}).")
  String engine;

  @Option(
      names = "--precision",
      defaultValue = "fp32",
      description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  Precision precision;

  @Option(
      names = "--threads",
      defaultValue = "0",
      description = "CPU threads, 0 = one a core (${DEFAULT-VALUE}).")
  int threads;

  @Option(names = "--device", defaultValue = "0", description = "CUDA device (${DEFAULT-VALUE}).")
  int device;

  @Option(
      names = "--kernels",
      defaultValue = "tuned",
      description = "Whose kernels a GPU runs: tuned or cudnn (${DEFAULT-VALUE}).")
  Kernels kernels;

  @Option(names = "--cases", paramLabel = "DIR", description = "Folder of case folders.")
  Path cases;

  @Option(names = "--out", paramLabel = "OUT", required = true, description = "Where results go.")
  Path out;

  @Option(
      names = "--init-seed",
      paramLabel = "S",
      description = "Also write the initial parameters of this seed to OUT/init_seed<S>/.")
  Long initSeed;

  @Mixin OutputOptions output;

  @Override
  public Integer call() {
    if (cases == null && initSeed == null) {
      throw new UserException(ExitCode.USAGE, "nothing to do; give --cases DIR or --init-seed S");
    }
    try {
      if (initSeed != null) {
        writeTensors(out.resolve("init_seed" + initSeed), InitialWeights.draw(initSeed));
      }
      if (cases != null) {
        try (Engine opened =
            Engines.open(engine, threads, device, kernels, line -> System.err.println(line))) {
          runAll(opened);
        }
      }
      return ExitCode.OK.code();
    } catch (EngineException e) {
      throw new UserException(ExitCode.ENGINE, e.getMessage(), e);
    } catch (IOException e) {
      throw new UserException(ExitCode.DATA, String.valueOf(e.getMessage()), e);
    }
  }

  private void runAll(Engine opened) throws IOException {
    int done = 0;
    for (Path folder : list(cases)) {
      if (Files.isDirectory(folder.resolve("params"))
          && Files.exists(folder.resolve("input.npy"))
          && Files.exists(folder.resolve("target.npy"))) {
        runCase(opened, folder, out.resolve(folder.getFileName().toString()));
        done++;
      }
    }
    if (Files.isDirectory(cases.resolve("metrics"))) {
      runMetrics(opened, cases.resolve("metrics"));
      done++;
    }
    if (done == 0) {
      throw new UserException(
          ExitCode.DATA, cases + ": holds no case (a folder with params/, input.npy, target.npy)");
    }
  }

  private void runCase(Engine opened, Path folder, Path result) throws IOException {
    float[] parameters = readTensors(folder.resolve("params"));
    NpyArray input = Npy.read(folder.resolve("input.npy"));
    NpyArray target = Npy.read(folder.resolve("target.npy"));
    int[] shape = input.shape();
    if (shape.length != 4 || shape[1] != 1 || input.size() != target.size()) {
      throw new IOException(folder + ": input and target must be [N,1,H,W] of the same size");
    }
    Images images = new Images(input.floats(), target.floats(), shape[0], shape[2], shape[3]);
    Files.createDirectories(result);
    try (Trainer trainer = trainer(opened, Optimizer.adam(LR, 0.9, 0.999), parameters)) {
      Trainer.Gradients computed =
          trainer.gradients(images.input, images.target, images.n, images.rows, images.columns);
      Npy.write(result.resolve("output.npy"), computed.output(), shape);
      Npy.write(result.resolve("loss.npy"), new float[] {computed.loss()});
      writeTensors(result.resolve("grads"), computed.gradients());
      images.step(trainer, 1);
      writeTensors(result.resolve("adam1"), trainer.parameters());
      images.step(trainer, STEPS - 1);
      writeTensors(result.resolve("adam5"), trainer.parameters());
    }
    try (Trainer trainer = trainer(opened, Optimizer.sgd(LR, 0.9, 0), parameters)) {
      images.step(trainer, STEPS);
      writeTensors(result.resolve("sgd5"), trainer.parameters());
    }
    try (Trainer trainer = trainer(opened, Optimizer.rmsprop(LR), parameters)) {
      images.step(trainer, STEPS);
      writeTensors(result.resolve("rmsprop5"), trainer.parameters());
    }
  }

  private Trainer trainer(Engine opened, Optimizer optimizer, float[] parameters) {
    Trainer trainer = opened.createTrainer(optimizer, precision, new PixelScale(0, 1));
    trainer.setParameters(parameters);
    return trainer;
  }

  private void runMetrics(Engine opened, Path folder) throws IOException {
    ObjectNode results = new ObjectMapper().createObjectNode();
    for (Path file : list(folder)) {
      String name = file.getFileName().toString();
      if (!name.endsWith(TARGET)) {
        continue;
      }
      String pair = name.substring(0, name.length() - TARGET.length());
      NpyArray target = Npy.read(file);
      NpyArray prediction = Npy.read(folder.resolve(pair + ".pred.npy"));
      int[] shape = target.shape();
      if (shape.length != 2 || prediction.size() != target.size()) {
        throw new IOException(file + ": target and pred must be [H,W] of the same size");
      }
      ImageQuality quality =
          opened.imageQuality(
              target.floats(),
              prediction.floats(),
              1,
              shape[0],
              shape[1],
              new Engine.Clip(0, MAX_PIXEL),
              MAX_PIXEL);
      double mse = quality.mse()[0];
      ObjectNode values = results.putObject(pair);
      values.put("SSIM", quality.ssim()[0]);
      values.put("PSNR", 10 * Math.log10((double) MAX_PIXEL * MAX_PIXEL / (mse + 1e-8)));
      values.put("RMSE", Math.sqrt(mse));
    }
    Path result = out.resolve("metrics");
    Files.createDirectories(result);
    AtomicFile.writeString(result.resolve("actual.json"), results.toPrettyString() + "\n");
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }

  private static float[] readTensors(Path folder) throws IOException {
    float[] parameters = new float[Trainer.PARAMETER_COUNT];
    for (ParameterLayout.Tensor tensor : ParameterLayout.TENSORS) {
      Path file = folder.resolve(tensor.name() + ".npy");
      float[] values = Npy.read(file).floats();
      if (values.length != tensor.size()) {
        throw new IOException(file + ": must have " + tensor.size() + " elements");
      }
      System.arraycopy(values, 0, parameters, tensor.offset(), values.length);
    }
    return parameters;
  }

  private static void writeTensors(Path folder, float[] parameters) throws IOException {
    Files.createDirectories(folder);
    for (ParameterLayout.Tensor tensor : ParameterLayout.TENSORS) {
      float[] values = new float[tensor.size()];
      System.arraycopy(parameters, tensor.offset(), values, 0, values.length);
      int[] shape = tensor.shape().stream().mapToInt(Integer::intValue).toArray();
      Npy.write(folder.resolve(tensor.name() + ".npy"), values, shape);
    }
  }

  /** The one minibatch of a case. */
  private record Images(float[] input, float[] target, int n, int rows, int columns) {
    void step(Trainer trainer, int count) {
      for (int i = 0; i < count; i++) {
        trainer.step(input, target, n, rows, columns);
      }
    }
  }
}
