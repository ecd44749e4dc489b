package org.ldctbench.simulate;

import org.ldctbench.simulate.Solid.Ellipsoid;
import org.ldctbench.simulate.Solid.Extent;

/** Head at the height of the lateral ventricles. */
final class HeadPhantom implements Phantom {
  private static final double LONG = 1e4;
  private static final Tissue SCALP = Tissue.of(-30, 45, 5);
  private static final Tissue SKIN = Tissue.of(40);
  private static final Tissue TABLE_OF_SKULL = Tissue.of(1250, 90, 4);
  private static final Tissue DIPLOE = Tissue.of(650, 160, 3);
  private static final Tissue FLUID = Tissue.of(7, 1.5, 5);
  private static final Tissue WHITE = Tissue.of(27, 1.8, 6);
  private static final Tissue GREY = Tissue.of(38, 1.8, 5);
  private static final Tissue FALX = Tissue.of(55);
  private static final Tissue CALCIFICATION = Tissue.of(220);
  private static final Tissue REST = Tissue.of(-850);

  private final double width;
  private final double depth;
  private final double scalp;
  private final double bone;
  private final double ventricle;
  private final double sulcus;
  private final boolean calcified;
  private final SmoothNoise shape;
  private final SmoothNoise folds;

  HeadPhantom(long seed) {
    Vary vary = new Vary(seed);
    width = vary.in(72, 80);
    depth = width * vary.in(1.18, 1.3);
    scalp = vary.in(4, 7);
    bone = vary.in(5, 8);
    ventricle = vary.in(0.8, 1.3);
    sulcus = vary.in(0.1, 0.22);
    calcified = vary.chance(0.6);
    shape = vary.noise();
    folds = vary.noise();
  }

  @Override
  public double fieldOfView() {
    return 2 * depth + 40;
  }

  @Override
  public void draw(Canvas canvas) {
    canvas.paint(
        new Ellipsoid(0, 12, 0, width + 22, depth + 6, LONG, 0)
            .rim(3)
            .and(Solid.of(new Extent(-150, 0, 150, 150), (x, y, z) -> 0.35 * depth - y)),
        REST);
    Solid skull = new Ellipsoid(0, 0, -30, width, depth, 115, 0).wavy(shape, 2.5, 50);
    canvas.paint(skull.grow(scalp), SCALP);
    canvas.paint(skull.grow(scalp).rim(1.8), SKIN);
    canvas.paint(skull, TABLE_OF_SKULL);
    canvas.paint(skull.grow(-2), DIPLOE);
    canvas.paint(skull.grow(2 - bone), TABLE_OF_SKULL);
    Solid cavity = skull.grow(-bone);
    canvas.paint(cavity, FLUID);
    Solid brain = cavity.grow(-1.5);
    canvas.paint(brain.minus(sulci(brain)), GREY);
    canvas.paint(whiteMatter(brain), WHITE);
    for (int side = -1; side <= 1; side += 2) {
      paintDeepBrain(canvas, side);
    }
    canvas.paint(new Ellipsoid(0, 4, -8, 2.2 * ventricle, 13, 15, 0), FLUID);
    canvas.paint(new Ellipsoid(0, -0.62 * depth, 0, 0.9, 0.34 * depth, LONG, 0).and(cavity), FALX);
    canvas.paint(new Ellipsoid(0, 0.66 * depth, 0, 0.9, 0.3 * depth, LONG, 0).and(cavity), FALX);
    if (calcified) {
      canvas.paint(new Ellipsoid(0.5, 24, -4, 2.5, 2, 6, 0), CALCIFICATION);
    }
  }

  /** Grey nuclei around the ventricle of one side. */
  private void paintDeepBrain(Canvas canvas, int side) {
    canvas.paint(new Ellipsoid(side * 21, -4, -6, 7, 19, 18, side * 0.28).wavy(shape, 2, 9), GREY);
    canvas.paint(new Ellipsoid(side * 11, 10, -6, 8, 13, 14, side * -0.4).wavy(shape, 2, 9), GREY);
    canvas.paint(
        new Ellipsoid(side * 8, -17, 6, 4.5 * ventricle, 18, 22 * ventricle, side * 0.35)
            .wavy(shape, 1.2, 8),
        FLUID);
    Solid posteriorHorn =
        new Ellipsoid(side * 17, 28, 4, 5 * ventricle, 19, 18 * ventricle, side * -0.35)
            .wavy(shape, 1.2, 8);
    canvas.paint(posteriorHorn, FLUID);
    if (calcified) {
      canvas.paint(new Ellipsoid(side * 18, 26, 4, 2.5, 3.5, 9, 0), CALCIFICATION);
    }
  }

  /** Thin clefts, where the folding function changes its sign, in the outer part of the brain. */
  private Solid sulci(Solid brain) {
    return Solid.of(
        brain.extent(),
        (x, y, z) -> {
          double depthInside = -brain.distance(x, y, z);
          if (depthInside > 22) {
            return 10;
          }
          double fold = folds.at(x / 9, y / 9, z / 13);
          double narrow = sulcus * (1 - depthInside / 22);
          return (Math.abs(fold) - narrow) * 9;
        });
  }

  /** What lies deeper than a cortex of varying depth. */
  private Solid whiteMatter(Solid brain) {
    return Solid.of(
        brain.extent(),
        (x, y, z) -> {
          double depthInside = -brain.distance(x, y, z);
          double fold = Math.abs(folds.at(x / 9, y / 9, z / 13));
          double cortex = 3 + 30 * Math.max(0, 0.4 - fold);
          return Math.max(cortex - depthInside, 3.5 - Math.abs(x));
        });
  }
}
