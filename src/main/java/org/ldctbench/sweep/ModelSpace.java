package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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
        levels.add(inOrder(categorical));
        axes.add(axis(categorical));
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
      if (parameter.distribution() instanceof Categorical) {
        point[j] = axes.get(j).levels()[place(levels.get(j), value)];
      } else {
        point[j] = axes.get(j).snap().applyAsDouble(parameter.distribution().position(value));
      }
    }
    return point;
  }

  /** A list of numbers is a scale with even steps; other categories know no distances. */
  private static boolean isScale(Categorical categorical) {
    return categorical.distinct().stream().allMatch(Number.class::isInstance);
  }

  private static List<Object> inOrder(Categorical categorical) {
    List<Object> values = categorical.distinct();
    if (isScale(categorical)) {
      values.sort(Comparator.comparingDouble(Values::number));
    }
    return values;
  }

  private static Axis axis(Categorical categorical) {
    int n = categorical.distinct().size();
    if (!isScale(categorical)) {
      return Axis.categories(n);
    }
    double[] middles = new double[n];
    Arrays.setAll(middles, i -> (i + 0.5) / n);
    return Axis.levels(middles);
  }

  private static int place(List<Object> values, Object value) {
    String wanted = Values.canonical(value);
    for (int i = 0; i < values.size(); i++) {
      if (Values.canonical(values.get(i)).equals(wanted)) {
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
