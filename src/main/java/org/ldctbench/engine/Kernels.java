package org.ldctbench.engine;

import java.util.Locale;

/** Whose kernels do the arithmetic of a CUDA engine. The CPU engine has only its own. */
public enum Kernels {
  /** This project's. */
  TUNED,
  /** cuDNN's, where it is installed: a second opinion. */
  CUDNN;

  /** The name as written on the command line: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
