package org.ldctbench.simulate;

import org.ldctbench.simulate.Solid.Capsule;
import org.ldctbench.simulate.Solid.Ellipsoid;
import org.ldctbench.simulate.Solid.Extent;

/** Bones of the trunk, and the couch below it. */
final class Skeleton {
  private static final double LONG = 1e4;
  private static final double RIB_SPACING = 26;
  private static final Tissue CORTEX = Tissue.of(800, 90, 3);
  private static final Tissue MARROW = Tissue.of(190, 55, 2.5);
  private static final Tissue RIB_MARROW = Tissue.of(250, 60, 2.5);
  private static final Tissue CORD = Tissue.of(30, 4, 4);
  private static final Tissue COUCH = Tissue.of(-600);

  private Skeleton() {}

  /** A vertebra whose body is centred at (0, y), {@code width} wide. */
  static void vertebra(Canvas canvas, SmoothNoise noise, double y, double width) {
    double rx = width / 2;
    double ry = rx * 0.75;
    double canalY = y + ry + 8;
    for (int side = -1; side <= 1; side += 2) {
      canvas.paint(new Capsule(side * 12, canalY, 0, side * 13, y + ry, 0, 4.5).column(), CORTEX);
      canvas.paint(
          new Capsule(side * 10, canalY + 5, 0, side * 34, canalY + 9, 0, 4).column(), CORTEX);
      canvas.paint(new Capsule(side * 10, canalY + 5, 0, 0, canalY + 13, 0, 4).column(), CORTEX);
    }
    canvas.paint(new Capsule(0, canalY + 12, 0, 0, canalY + 32, 0, 3.5).column(), CORTEX);
    canvas.paint(new Ellipsoid(0, canalY, 0, 10, 8.5, LONG, 0), CORD);
    Solid body = new Ellipsoid(0, y, 0, rx, ry, LONG, 0).wavy(noise, 1.2, 9);
    canvas.paint(body, CORTEX);
    canvas.paint(body.grow(-1.8), MARROW);
  }

  /** Ribs that run down and forward around an ellipse with half axes rx and ry. */
  static void ribs(Canvas canvas, double rx, double ry, double shift) {
    int steps = 14;
    for (int rib = -9; rib <= 9; rib++) {
      for (int side = -1; side <= 1; side += 2) {
        for (int layer = 0; layer < 2; layer++) {
          for (int step = 0; step < steps; step++) {
            double[] from = ribPoint(rx, ry, rib * RIB_SPACING + shift, step, steps);
            double[] to = ribPoint(rx, ry, rib * RIB_SPACING + shift, step + 1, steps);
            canvas.paint(
                new Capsule(
                    side * from[0], from[1], from[2], side * to[0], to[1], to[2], 5 - 1.7 * layer),
                layer == 0 ? CORTEX : RIB_MARROW);
          }
        }
      }
    }
  }

  private static double[] ribPoint(double rx, double ry, double z, int step, int steps) {
    double angle = 0.22 + 2.3 * step / steps;
    return new double[] {rx * Math.sin(angle), ry * Math.cos(angle), z - 34 * angle};
  }

  static void sternum(Canvas canvas, double y) {
    Solid bone = new Ellipsoid(0, y, 0, 19, 6, LONG, 0);
    canvas.paint(bone, CORTEX);
    canvas.paint(bone.grow(-1.6), MARROW);
  }

  /** A curved shell of carbon fibre, its surface touching {@code y}. */
  static void couch(Canvas canvas, double y, double halfWidth) {
    double radius = 3 * halfWidth;
    Solid cylinder = new Ellipsoid(0, y - radius, 0, radius, radius, LONG, 0);
    Solid strip =
        Solid.of(
            new Extent(-halfWidth, y - 60, halfWidth, y + 16),
            (x, py, z) -> Math.max(Math.abs(x) - halfWidth, y - 60 - py));
    for (double depth : new double[] {3, 15}) {
      canvas.paint(strip.and(cylinder.grow(depth).rim(2.5)), COUCH);
    }
  }
}
