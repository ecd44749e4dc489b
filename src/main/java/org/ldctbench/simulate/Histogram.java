package org.ldctbench.simulate;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts of stored values; exact statistics whatever the order of counting. Thread-safe. */
final class Histogram {
  private final AtomicLongArray counts = new AtomicLongArray(4096);

  void add(short[] pixels) {
    long[] own = new long[counts.length()];
    for (short pixel : pixels) {
      own[pixel]++;
    }
    for (int value = 0; value < own.length; value++) {
      counts.addAndGet(value, own[value]);
    }
  }

  double mean() {
    double sum = 0;
    long count = 0;
    for (int value = 0; value < counts.length(); value++) {
      sum += (double) value * counts.get(value);
      count += counts.get(value);
    }
    return sum / count;
  }

  /** Population standard deviation. */
  double standardDeviation() {
    double mean = mean();
    double sum = 0;
    long count = 0;
    for (int value = 0; value < counts.length(); value++) {
      sum += (value - mean) * (value - mean) * counts.get(value);
      count += counts.get(value);
    }
    return Math.sqrt(sum / count);
  }

  double min() {
    int value = 0;
    while (counts.get(value) == 0) {
      value++;
    }
    return value;
  }

  double max() {
    int value = counts.length() - 1;
    while (counts.get(value) == 0) {
      value--;
    }
    return value;
  }
}
