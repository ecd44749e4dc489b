package org.ldctbench.sweep.gp;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;

/**
 * Limited-memory BFGS within a box: two-loop recursion (Nocedal and Wright, 2006, algorithm 7.4) on
 * the coordinates that are free, and a backtracking search along the projected path.
 */
final class Lbfgs {
  private static final int MEMORY = 8;
  private static final double SUFFICIENT_DECREASE = 1e-4;

  private Lbfgs() {}

  /** A function to minimise. */
  @FunctionalInterface
  interface Objective {
    /** Value at x; infinite where undefined. The gradient is overwritten. */
    double evaluate(double[] x, double[] gradient);
  }

  record Minimum(double[] x, double value) {}

  private record Step(double[] s, double[] y, double rho) {}

  static Minimum minimise(
      Objective objective,
      double[] start,
      double[] lower,
      double[] upper,
      int iterations,
      double tolerance) {
    int n = start.length;
    double[] x = clamp(start, lower, upper);
    double[] gradient = new double[n];
    double value = objective.evaluate(x, gradient);
    Deque<Step> memory = new ArrayDeque<>();
    for (int k = 0; k < iterations && Double.isFinite(value); k++) {
      boolean[] free = new boolean[n];
      double size = 0;
      for (int i = 0; i < n; i++) {
        boolean stuck =
            (x[i] <= lower[i] && gradient[i] > 0) || (x[i] >= upper[i] && gradient[i] < 0);
        free[i] = !stuck;
        size = Math.max(size, stuck ? 0 : Math.abs(gradient[i]));
      }
      if (size < tolerance) {
        break;
      }
      double[] direction = direction(gradient, free, memory);
      double slope = dot(direction, gradient);
      if (!(slope < 0)) {
        memory.clear();
        direction = direction(gradient, free, memory);
        slope = dot(direction, gradient);
      }
      double step = memory.isEmpty() ? Math.min(1, 0.3 / norm(direction)) : 1;
      double[] next = null;
      double[] nextGradient = new double[n];
      double nextValue = value;
      for (int tries = 0; tries < 20; tries++, step *= 0.4) {
        double[] candidate = new double[n];
        for (int i = 0; i < n; i++) {
          candidate[i] = Math.max(lower[i], Math.min(upper[i], x[i] + step * direction[i]));
        }
        double candidateValue = objective.evaluate(candidate, nextGradient);
        if (candidateValue <= value + SUFFICIENT_DECREASE * step * slope) {
          next = candidate;
          nextValue = candidateValue;
          break;
        }
      }
      if (next == null) {
        break;
      }
      remember(memory, x, next, gradient, nextGradient);
      boolean converged = value - nextValue < 1e-9 * (1 + Math.abs(value));
      x = next;
      value = nextValue;
      gradient = nextGradient;
      if (converged) {
        break;
      }
    }
    return new Minimum(x, value);
  }

  private static double[] direction(double[] gradient, boolean[] free, Deque<Step> memory) {
    int n = gradient.length;
    double[] q = new double[n];
    for (int i = 0; i < n; i++) {
      q[i] = free[i] ? gradient[i] : 0;
    }
    double[] weights = new double[memory.size()];
    int at = 0;
    for (Step step : memory) {
      double a = step.rho() * dot(step.s(), q);
      weights[at++] = a;
      add(q, step.y(), -a);
    }
    if (!memory.isEmpty()) {
      Step latest = memory.getFirst();
      double scale = 1 / (latest.rho() * dot(latest.y(), latest.y()));
      for (int i = 0; i < n; i++) {
        q[i] *= scale;
      }
    }
    for (Iterator<Step> oldest = memory.descendingIterator(); oldest.hasNext(); ) {
      Step step = oldest.next();
      double b = step.rho() * dot(step.y(), q);
      add(q, step.s(), weights[--at] - b);
    }
    for (int i = 0; i < n; i++) {
      q[i] = free[i] ? -q[i] : 0;
    }
    return q;
  }

  private static void remember(
      Deque<Step> memory, double[] x, double[] next, double[] gradient, double[] nextGradient) {
    int n = x.length;
    double[] s = new double[n];
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      s[i] = next[i] - x[i];
      y[i] = nextGradient[i] - gradient[i];
    }
    double curvature = dot(s, y);
    if (curvature > 1e-12 * norm(s) * norm(y)) {
      memory.addFirst(new Step(s, y, 1 / curvature));
      if (memory.size() > MEMORY) {
        memory.removeLast();
      }
    }
  }

  private static double[] clamp(double[] start, double[] lower, double[] upper) {
    double[] x = start.clone();
    Arrays.setAll(x, i -> Math.max(lower[i], Math.min(upper[i], start[i])));
    return x;
  }

  private static void add(double[] target, double[] other, double factor) {
    for (int i = 0; i < target.length; i++) {
      target[i] += factor * other[i];
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }
}
