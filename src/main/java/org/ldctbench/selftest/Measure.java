package org.ldctbench.selftest;

/** What a check found: it passes if the figure is at most the limit. */
record Measure(double figure, double limit, String note) {
  boolean passes() {
    return figure <= limit;
  }
}
