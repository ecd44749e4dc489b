package org.ldctbench.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ldctbench.common.AtomicFile;

/**
 * A trained CNN-10 as PyTorch stores it: what best_SSIM.pt holds.
 *
 * @param args arguments of the run: texts, booleans, whole numbers (Long), reals (Double), lists of
 *     those, null
 * @param iteration at which it was stored
 * @param parameters {@code [24513]}, the tensors of {@link org.ldctbench.engine.ParameterLayout}
 *     one after the other
 */
public record Checkpoint(Map<String, Object> args, long iteration, float[] parameters) {
  public Checkpoint {
    args = Collections.unmodifiableMap(new LinkedHashMap<>(args));
  }

  /**
   * Reads a file written by {@code torch.save} in the format of PyTorch 1.6 and later.
   *
   * @throws org.ldctbench.common.UserException CONFIG if it is not one, or not of a CNN-10
   */
  public static Checkpoint read(Path file) {
    return new CheckpointReader(file).read();
  }

  /** Replaces the file; when that fails, the previous one is still there. */
  public void write(Path file) throws IOException {
    AtomicFile.write(file, out -> CheckpointWriter.write(this, out));
  }
}
