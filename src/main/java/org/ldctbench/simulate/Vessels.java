package org.ldctbench.simulate;

import java.util.ArrayList;
import java.util.List;
import org.ldctbench.simulate.Solid.Capsule;

/** Trees of ever thinner tubes, such as vessels and airways. */
final class Vessels {
  /** Directions tried before a branch ends at the border. */
  private static final int ATTEMPTS = 5;

  private Vessels() {}

  /**
   * A tree that starts at (x, y, z) with a trunk of the given radius and forks until it is thinner
   * than {@code thinnest} or leaves {@code within}.
   */
  static List<Capsule> tree(
      Vary vary, Solid within, double[] start, double[] direction, double radius, double thinnest) {
    List<Capsule> tubes = new ArrayList<>();
    grow(tubes, vary, within, start, direction, radius, thinnest);
    return tubes;
  }

  private static void grow(
      List<Capsule> tubes,
      Vary vary,
      Solid within,
      double[] from,
      double[] direction,
      double radius,
      double thinnest) {
    if (radius < thinnest) {
      return;
    }
    double length = radius * vary.in(4, 7) + 3;
    double[] to = ahead(from, direction, length);
    for (int attempt = 0; within.distance(to[0], to[1], to[2]) > 0; attempt++) {
      if (attempt == ATTEMPTS) {
        if (tubes.isEmpty()) {
          break;
        }
        return;
      }
      to = ahead(from, turned(vary, direction, 1.5), length);
    }
    tubes.add(new Capsule(from[0], from[1], from[2], to[0], to[1], to[2], radius));
    double[] onward = {to[0] - from[0], to[1] - from[1], to[2] - from[2]};
    double share = vary.in(0.3, 0.7);
    for (double part : new double[] {share, 1 - share}) {
      // Murray's law: the cubes of the radii add up.
      double thinner = radius * Math.cbrt(part);
      grow(tubes, vary, within, to, turned(vary, onward, 1.4 * (1 - part)), thinner, thinnest);
    }
  }

  private static double[] ahead(double[] from, double[] direction, double length) {
    double scale = length / norm(direction);
    return new double[] {
      from[0] + scale * direction[0], from[1] + scale * direction[1], from[2] + scale * direction[2]
    };
  }

  private static double[] turned(Vary vary, double[] direction, double spread) {
    double norm = norm(direction);
    double[] turned = new double[3];
    for (int i = 0; i < 3; i++) {
      turned[i] = direction[i] / norm + vary.in(-spread, spread);
    }
    return turned;
  }

  private static double norm(double[] a) {
    return Math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
  }
}
