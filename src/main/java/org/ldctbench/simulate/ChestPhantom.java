package org.ldctbench.simulate;

import java.util.ArrayList;
import java.util.List;
import org.ldctbench.simulate.Solid.Capsule;
import org.ldctbench.simulate.Solid.Ellipsoid;

/** Thorax at the height of the heart. */
final class ChestPhantom implements Phantom {
  private static final double LONG = 1e4;
  private static final Tissue FAT = Tissue.of(-100, 9, 7);
  private static final Tissue MUSCLE = Tissue.of(52, 14, 6);
  private static final Tissue LUNG = Tissue.of(-865, 38, 5);
  private static final Tissue VESSEL = Tissue.of(35);
  private static final Tissue BRONCHIAL_WALL = Tissue.of(-150);
  private static final Tissue AIRWAY = Tissue.of(-985);

  private final double width;
  private final double depth;
  private final double cavityWidth;
  private final double cavityDepth;
  private final double ribShift;
  private final Tissue blood;
  private final SmoothNoise shape;
  private final Solid heart;
  private final Solid rightLung;
  private final Solid leftLung;
  private final List<Capsule> vessels = new ArrayList<>();
  private final List<Capsule> airways = new ArrayList<>();

  ChestPhantom(long seed) {
    Vary vary = new Vary(seed);
    width = vary.in(155, 188);
    depth = width * vary.in(0.62, 0.72);
    double fat = vary.in(8, 22);
    cavityWidth = width - fat - vary.in(15, 24);
    cavityDepth = depth - fat - vary.in(12, 18);
    ribShift = vary.in(0, 26);
    blood = Tissue.of(vary.chance(0.5) ? vary.in(140, 260) : vary.in(38, 48), 5, 6);
    shape = vary.noise();
    heart =
        new Ellipsoid(
                vary.in(18, 30),
                -0.28 * cavityDepth,
                vary.in(-30, -5),
                vary.in(52, 64),
                vary.in(38, 48),
                vary.in(55, 75),
                vary.in(0.3, 0.7))
            .wavy(shape, 3, 25);
    Solid middle =
        new Ellipsoid(4, -0.1 * cavityDepth, 0, vary.in(24, 34), 1.05 * cavityDepth, LONG, 0)
            .wavy(shape, 5, 25);
    Solid spine = new Ellipsoid(0, spineY(), 0, 30, 36, LONG, 0);
    rightLung = lung(-1, vary, middle, spine);
    leftLung = lung(1, vary, middle, spine);
    for (int side = -1; side <= 1; side += 2) {
      Solid lung = side < 0 ? rightLung : leftLung;
      for (int branch = 0; branch < 9; branch++) {
        double[] hilum = {side * 34, vary.in(-8, 14), vary.in(-25, 25)};
        double[] direction = {side * vary.in(0.3, 1), vary.in(-1, 1), vary.in(-1.2, 1.2)};
        vessels.addAll(Vessels.tree(vary, lung, hilum, direction, vary.in(3.5, 6), 0.55));
        if (branch < 3) {
          airways.addAll(Vessels.tree(vary, lung, hilum, direction, vary.in(2.6, 4), 0.9));
        }
      }
    }
  }

  private Solid lung(int side, Vary vary, Solid middle, Solid spine) {
    return new Ellipsoid(
            side * 0.5 * cavityWidth,
            vary.in(-4, 4),
            vary.in(-10, 10),
            0.5 * cavityWidth,
            0.97 * cavityDepth,
            vary.in(170, 210),
            side * -0.12)
        .wavy(shape, 4, 30)
        .minus(middle)
        .minus(spine)
        .minus(heart.grow(3));
  }

  private double spineY() {
    return cavityDepth - 22;
  }

  @Override
  public double fieldOfView() {
    return 2 * width + 40;
  }

  @Override
  public void draw(Canvas canvas) {
    Skeleton.couch(canvas, depth + 6, 0.9 * width);
    Solid body = new Ellipsoid(0, 0, 0, width, depth, LONG, 0).wavy(shape, 4, 70);
    canvas.paint(body, FAT);
    canvas.paint(body.rim(2), Tissue.of(20));
    Solid wall = new Ellipsoid(0, 0, 0, cavityWidth + 14, cavityDepth + 11, LONG, 0);
    canvas.paint(wall.wavy(shape, 4, 22), MUSCLE);
    for (int side = -1; side <= 1; side += 2) {
      Solid back = new Ellipsoid(side * 42, spineY() + 28, 0, 36, 17, LONG, side * -0.2);
      canvas.paint(back.wavy(shape, 3, 15), MUSCLE);
    }
    canvas.paint(new Ellipsoid(0, 0, 0, cavityWidth, cavityDepth, LONG, 0), FAT);
    canvas.paint(rightLung, LUNG);
    canvas.paint(leftLung, LUNG);
    vessels.forEach(vessel -> canvas.paint(vessel, VESSEL));
    airways.forEach(airway -> canvas.paint(grown(airway, 0.8), BRONCHIAL_WALL));
    airways.forEach(airway -> canvas.paint(airway, AIRWAY));
    canvas.paint(heart, Tissue.of(60, 10, 5));
    canvas.paint(heart.grow(-9).wavy(shape, 8, 24), blood);
    canvas.paint(new Ellipsoid(20, spineY() - 26, 0, 13, 13, LONG, 0), blood);
    canvas.paint(new Ellipsoid(-4, spineY() - 30, 0, 8, 6, LONG, 0), Tissue.of(35, 8, 4));
    Skeleton.vertebra(canvas, shape, spineY(), 38);
    Skeleton.ribs(canvas, cavityWidth + 6, cavityDepth + 5, ribShift);
    Skeleton.sternum(canvas, -cavityDepth - 6);
  }

  private static Capsule grown(Capsule tube, double by) {
    return new Capsule(
        tube.ax(), tube.ay(), tube.az(), tube.bx(), tube.by(), tube.bz(), tube.radius() + by);
  }
}
