package org.ldctbench.simulate;

import java.util.ArrayList;
import java.util.List;
import org.ldctbench.simulate.Solid.Capsule;
import org.ldctbench.simulate.Solid.Ellipsoid;

/** Upper abdomen at the height of the kidneys, with contrast medium in the portal phase. */
final class AbdomenPhantom implements Phantom {
  private static final double LONG = 1e4;
  private static final Tissue FAT = Tissue.of(-102, 10, 8);
  private static final Tissue MUSCLE = Tissue.of(58, 14, 6);
  private static final Tissue VESSEL = Tissue.of(165, 5, 6);
  private static final Tissue BOWEL_WALL = Tissue.of(75, 12, 4);
  private static final Tissue BOWEL_CONTENT = Tissue.of(25, 22, 9);
  private static final Tissue GAS = Tissue.of(-930, 25, 10);

  private final double width;
  private final double depth;
  private final double cavityWidth;
  private final double cavityDepth;
  private final double ribShift;
  private final SmoothNoise shape;
  private final Tissue liverTissue;
  private final Solid liver;
  private final Solid spleen;
  private final Solid[] kidneys = new Solid[2];
  private final List<Capsule> liverVessels = new ArrayList<>();
  private final List<Capsule> mesentery = new ArrayList<>();
  private final List<Capsule> bowel = new ArrayList<>();
  private final double gasLevel;

  AbdomenPhantom(long seed) {
    Vary vary = new Vary(seed);
    width = vary.in(150, 185);
    depth = width * vary.in(0.65, 0.74);
    double fat = vary.in(12, 30);
    cavityWidth = width - fat - 14;
    cavityDepth = depth - fat - 10;
    ribShift = vary.in(0, 26);
    shape = vary.noise();
    liverTissue = Tissue.of(vary.in(90, 120), 9, 6);
    Solid inside = new Ellipsoid(0, 0, 0, cavityWidth - 3, cavityDepth - 3, LONG, 0);
    liver =
        new Ellipsoid(
                -0.5 * cavityWidth,
                -0.12 * cavityDepth,
                vary.in(20, 50),
                0.62 * cavityWidth,
                0.8 * cavityDepth,
                vary.in(100, 130),
                vary.in(-0.3, 0.1))
            .wavy(shape, 7, 35)
            .and(inside);
    spleen =
        new Ellipsoid(
                0.72 * cavityWidth,
                0.3 * cavityDepth,
                vary.in(20, 40),
                vary.in(22, 30),
                vary.in(42, 55),
                vary.in(50, 70),
                vary.in(0.2, 0.5))
            .wavy(shape, 4, 20)
            .and(inside);
    for (int k = 0; k < 2; k++) {
      kidneys[k] =
          new Ellipsoid(
                  (2 * k - 1) * vary.in(62, 70),
                  0.45 * cavityDepth,
                  vary.in(-15, 5),
                  vary.in(25, 30),
                  vary.in(29, 35),
                  vary.in(50, 65),
                  (2 * k - 1) * -0.5)
              .wavy(shape, 3, 16);
    }
    for (int tree = 0; tree < 6; tree++) {
      double[] hilum = {-25, vary.in(-25, 0), vary.in(-10, 40)};
      double[] direction = {-1, vary.in(-0.9, 0.9), vary.in(-0.8, 0.8)};
      liverVessels.addAll(Vessels.tree(vary, liver, hilum, direction, vary.in(3.5, 5.5), 0.9));
    }
    for (int tree = 0; tree < 6; tree++) {
      double[] root = {vary.in(-10, 20), vary.in(-10, 5), vary.in(-30, 30)};
      double[] direction = {vary.in(-0.6, 1), vary.in(-1, 0.2), vary.in(-1, 0.5)};
      mesentery.addAll(Vessels.tree(vary, inside, root, direction, vary.in(3, 4), 0.7));
    }
    gasLevel = vary.in(2, 9);
    for (int loop = 0; loop < 44; loop++) {
      double angle = vary.in(-0.4, 2.3);
      double reach = vary.in(0.35, 0.88);
      double x = reach * cavityWidth * Math.sin(angle) + vary.in(-25, 5);
      double y = -reach * cavityDepth * Math.cos(angle) * 0.95;
      double z = vary.in(-75, 75);
      double turn = vary.in(0, 2 * Math.PI);
      double length = vary.in(15, 40);
      bowel.add(
          new Capsule(
              x,
              y,
              z,
              x + length * Math.cos(turn),
              y + 0.6 * length * Math.sin(turn),
              z + vary.in(-25, 25),
              vary.in(9, 17)));
    }
  }

  @Override
  public double fieldOfView() {
    return 2 * width + 40;
  }

  @Override
  public void draw(Canvas canvas) {
    Skeleton.couch(canvas, depth + 6, 0.9 * width);
    Solid body = new Ellipsoid(0, 0, 0, width, depth, LONG, 0).wavy(shape, 5, 80);
    canvas.paint(body, FAT);
    canvas.paint(body.rim(2), Tissue.of(20));
    Solid inside = new Ellipsoid(0, 0, 0, cavityWidth, cavityDepth, LONG, 0);
    double spineY = cavityDepth - 38;
    canvas.paint(inside.grow(10).wavy(shape, 4, 25), MUSCLE);
    for (int side = -1; side <= 1; side += 2) {
      canvas.paint(
          new Ellipsoid(side * 40, spineY + 38, 0, 34, 21, LONG, side * -0.15).wavy(shape, 3, 15),
          MUSCLE);
    }
    canvas.paint(inside, FAT);
    for (int side = -1; side <= 1; side += 2) {
      canvas.paint(
          new Ellipsoid(side * 34, spineY + 4, 0, 16, 20, LONG, side * 0.4).wavy(shape, 3, 14),
          MUSCLE);
    }
    paintBowel(canvas, inside);
    mesentery.forEach(vessel -> canvas.paint(vessel, VESSEL));
    canvas.paint(liver, liverTissue);
    liverVessels.forEach(vessel -> canvas.paint(vessel, VESSEL));
    canvas.paint(spleen, Tissue.of(125, 8, 5));
    for (Solid kidney : kidneys) {
      canvas.paint(kidney, Tissue.of(195, 12, 5));
      canvas.paint(kidney.grow(-7).wavy(shape, 5, 9), Tissue.of(135, 12, 5));
      canvas.paint(kidney.grow(-15).wavy(shape, 5, 9), Tissue.of(-60, 15, 5));
    }
    canvas.paint(new Ellipsoid(8, spineY - 28, 0, 11, 11, LONG, 0), VESSEL);
    canvas.paint(
        new Ellipsoid(-18, spineY - 28, 0, 13, 10, LONG, 0.2).wavy(shape, 2, 12),
        Tissue.of(150, 6, 5));
    Skeleton.vertebra(canvas, shape, spineY, 46);
    Skeleton.ribs(canvas, cavityWidth + 5, cavityDepth + 4, ribShift);
  }

  private void paintBowel(Canvas canvas, Solid inside) {
    for (Capsule loop : bowel) {
      if (loop.meets(canvas.height(), 0)) {
        Solid wall = loop.wavy(shape, 3, 9).and(inside.grow(-2));
        Solid content = wall.grow(-2.5);
        double surface = Math.min(loop.ay(), loop.by()) - gasLevel;
        Solid gas =
            Solid.of(
                content.extent(), (x, y, z) -> Math.max(content.distance(x, y, z), y - surface));
        canvas.paint(wall, BOWEL_WALL);
        canvas.paint(content, BOWEL_CONTENT);
        canvas.paint(gas, GAS);
      }
    }
  }
}
