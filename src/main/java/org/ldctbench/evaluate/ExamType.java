package org.ldctbench.evaluate;

import java.util.Locale;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * Anatomy of an examination and the display window that its images are judged in, in stored units
 * (HU + 1024). Source: ldct-benchmark's test command.
 */
public enum ExamType {
  C("Chest", 424, 1500),
  L("Abdomen", 1074, 400),
  N("Neuro", 1064, 80);

  private final String label;
  private final float lower;
  private final float upper;
  private final float middle;
  private final float span;

  ExamType(String label, double centre, double width) {
    this.label = label;
    this.middle = (float) (centre - 0.5);
    this.span = (float) (width - 1);
    this.lower = (float) (centre - 0.5 - (width - 1) / 2);
    this.upper = (float) (centre - 0.5 + (width - 1) / 2);
  }

  /** The type of a patient folder such as {@code C095}: its first letter. */
  public static ExamType ofFolder(String folder) {
    String letter = folder.isEmpty() ? "" : folder.substring(0, 1).toUpperCase(Locale.ROOT);
    for (ExamType type : values()) {
      if (type.name().equals(letter)) {
        return type;
      }
    }
    throw new UserException(
        ExitCode.DATA,
        "patient folder '" + folder + "' does not start with C, L or N, so its window is unknown");
  }

  public String label() {
    return label;
  }

  /** Maps stored values to [0, 1] within the window, in float32. */
  public float[] window(float[] stored) {
    float[] windowed = new float[stored.length];
    for (int i = 0; i < stored.length; i++) {
      float x = stored[i];
      if (x <= lower) {
        windowed[i] = 0f;
      } else if (x > upper) {
        windowed[i] = 1f;
      } else {
        windowed[i] = (x - middle) / span + 0.5f;
      }
    }
    return windowed;
  }
}
