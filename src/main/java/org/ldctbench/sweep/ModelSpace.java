package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ldctbench.sweep.gp.Axis;

/** Between parameter values and the coordinates of the model. */
final class ModelSpace {
  /** More levels than this are treated as a continuum with rounding. */
  private static final int MOST_LEVELS = 32;

  private final ParameterSpace space;
  private final List<Axis> axes = new ArrayList<>();

  /** The value at each level, null for real axes. */
  private final List<List<Object>> levels = new ArrayList<>();

  ModelSpace(ParameterSpace space) {
    this.space = space;
    for (Parameter parameter : space.varying()) {
      Distribution distribution = parameter.distribution();
      if (distribution instanceof Categorical categorical) {
        levels.add(categorical.distinct());
        axes.add(Axis.categories(categorical.distinct().size()));
      } else if (distribution.cardinality() <= MOST_LEVELS) {
        List<Object> values = Enumeration.levels(distribution);
        levels.add(values);
        axes.add(Axis.levels(values.stream().mapToDouble(distribution::position).toArray()));
      } else if (Double.isInfinite(distribution.cardinality())
          && distribution instanceof Continuous) {
        levels.add(null);
        axes.add(Axis.real(u -> u));
      } else {
        levels.add(null);
        axes.add(Axis.real(u -> distribution.position(distribution.quantile(u))));
      }
    }
  }

  List<Axis> axes() {
    return axes;
  }

  /** Coordinates of a run; a value that the space does not have counts as the nearest. */
  double[] point(Map<String, Object> arguments) {
    double[] point = new double[axes.size()];
    for (int j = 0; j < point.length; j++) {
      Parameter parameter = space.varying().get(j);
      Object value = ParameterSpace.value(arguments, parameter);
      if (parameter.distribution() instanceof Categorical categorical) {
        point[j] = level(categorical, value);
      } else {
        point[j] = axes.get(j).snap().applyAsDouble(parameter.distribution().position(value));
      }
    }
    return point;
  }

  private static double level(Categorical categorical, Object value) {
    String wanted = Values.canonical(value);
    List<Object> distinct = categorical.distinct();
    for (int i = 0; i < distinct.size(); i++) {
      if (Values.canonical(distinct.get(i)).equals(wanted)) {
        return i;
      }
    }
    return 0;
  }

  double[] fromUniform(double[] u) {
    double[] point = new double[u.length];
    for (int j = 0; j < u.length; j++) {
      point[j] = axes.get(j).fromUniform(u[j]);
    }
    return point;
  }

  /** Parameter values at a legal point. */
  List<Object> values(double[] point) {
    List<Object> values = new ArrayList<>();
    for (int j = 0; j < point.length; j++) {
      List<Object> own = levels.get(j);
      values.add(
          own == null
              ? space.varying().get(j).distribution().quantile(point[j])
              : own.get(axes.get(j).nearestLevel(point[j])));
    }
    return values;
  }
}
