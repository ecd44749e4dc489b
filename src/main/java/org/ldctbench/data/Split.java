package org.ldctbench.data;

import java.util.Locale;

/** Part of a data set. */
public enum Split {
  TRAIN,
  VAL,
  TEST;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
