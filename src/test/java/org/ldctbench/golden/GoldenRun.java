package org.ldctbench.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ldctbench.engine.ParameterLayout;
import org.ldctbench.engine.Trainer;
import org.ldctbench.npy.Npy;

/** Runs {@code golden} in a child process and reads what it wrote. */
final class GoldenRun {
  private GoldenRun() {}

  /** Runs with a cap on the instruction set; the output must be as asked for. */
  static void run(String isa, Path log, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.library.path=" + System.getProperty("java.library.path"));
    command.add("-Dorg.bytedeco.javacpp.pathsFirst=true");
    command.add("-cp");
    command.add(System.getProperty("java.class.path").replace(":", File.pathSeparator));
    command.add(GoldenMain.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    builder.environment().put("LDCT_CPU_ISA", isa);
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "golden hangs");
    assertEquals(0, process.exitValue(), Files.readString(log));
  }

  /** The tensors of a folder as one parameter vector. */
  static double[] tensors(Path folder) throws IOException {
    double[] all = new double[Trainer.PARAMETER_COUNT];
    for (ParameterLayout.Tensor tensor : ParameterLayout.TENSORS) {
      double[] values = Npy.read(folder.resolve(tensor.name() + ".npy")).doubles();
      assertEquals(tensor.size(), values.length, tensor.name());
      System.arraycopy(values, 0, all, tensor.offset(), values.length);
    }
    return all;
  }

  /** Largest norm-wise relative error of any tensor; errors relative to expected - base. */
  static double worstTensor(double[] actual, double[] expected, double[] base) {
    double worst = 0;
    for (ParameterLayout.Tensor tensor : ParameterLayout.TENSORS) {
      double error = 0;
      double norm = 0;
      for (int i = tensor.offset(); i < tensor.offset() + tensor.size(); i++) {
        error += Math.pow(actual[i] - expected[i], 2);
        norm += Math.pow(expected[i] - base[i], 2);
      }
      worst = Math.max(worst, Math.sqrt(error / norm));
    }
    return worst;
  }

  static double largestDifference(double[] actual, double[] expected) {
    assertEquals(expected.length, actual.length);
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
    }
    return largest;
  }

  /** Share of elements that are off by more than 1e-6 + 1e-5 times the expected value. */
  static double outliers(double[] actual, double[] expected) {
    int count = 0;
    for (int i = 0; i < actual.length; i++) {
      if (Math.abs(actual[i] - expected[i]) > 1e-6 + 1e-5 * Math.abs(expected[i])) {
        count++;
      }
    }
    return (double) count / actual.length;
  }
}
