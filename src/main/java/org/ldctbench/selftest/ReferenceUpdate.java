package org.ldctbench.selftest;

import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.Trainer;

/** The update rules of PyTorch in float64, written from their definitions. */
final class ReferenceUpdate {
  private static final double EPSILON = 1e-8;
  private static final double RMSPROP_ALPHA = 0.99;

  private final Optimizer rule;
  private final double[] first = new double[Trainer.PARAMETER_COUNT];
  private final double[] second = new double[Trainer.PARAMETER_COUNT];
  private int step;

  ReferenceUpdate(Optimizer rule) {
    this.rule = rule;
  }

  void apply(double[] parameters, double[] gradients) {
    step++;
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] -= change(i, gradients[i]);
    }
  }

  private double change(int i, double gradient) {
    return switch (rule.kind()) {
      case ADAM -> {
        first[i] = rule.beta1() * first[i] + (1 - rule.beta1()) * gradient;
        second[i] = rule.beta2() * second[i] + (1 - rule.beta2()) * gradient * gradient;
        double mean = first[i] / (1 - Math.pow(rule.beta1(), step));
        double square = second[i] / (1 - Math.pow(rule.beta2(), step));
        yield rule.lr() * mean / (Math.sqrt(square) + EPSILON);
      }
      case SGD -> {
        boolean begins = step == 1;
        first[i] =
            begins ? gradient : rule.momentum() * first[i] + (1 - rule.dampening()) * gradient;
        yield rule.lr() * first[i];
      }
      case RMSPROP -> {
        first[i] = RMSPROP_ALPHA * first[i] + (1 - RMSPROP_ALPHA) * gradient * gradient;
        yield rule.lr() * gradient / (Math.sqrt(first[i]) + EPSILON);
      }
    };
  }
}
