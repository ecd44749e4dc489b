package org.ldctbench.simulate;

/**
 * A region of space, as the distance to its surface in millimetres (negative inside, exact or close
 * to it near the surface). x runs to the patient's left, y to the back, z to the head.
 */
interface Solid {
  double distance(double x, double y, double z);

  /** A box in x and y that holds the region. */
  Extent extent();

  record Extent(double left, double top, double right, double bottom) {
    Extent grow(double by) {
      return new Extent(left - by, top - by, right + by, bottom + by);
    }
  }

  /** An ellipsoid with half axes rx, ry, rz, turned by {@code angle} (radians) about z. */
  record Ellipsoid(double cx, double cy, double cz, double rx, double ry, double rz, double angle)
      implements Solid {
    @Override
    public double distance(double x, double y, double z) {
      double cosine = Math.cos(angle);
      double sine = Math.sin(angle);
      double u = ((x - cx) * cosine + (y - cy) * sine) / rx;
      double v = ((y - cy) * cosine - (x - cx) * sine) / ry;
      double w = (z - cz) / rz;
      double level = Math.sqrt(u * u + v * v + w * w);
      double gradient = Math.sqrt(u * u / (rx * rx) + v * v / (ry * ry) + w * w / (rz * rz));
      return gradient < 1e-9 ? -Math.min(rx, ry) : level * (level - 1) / gradient;
    }

    @Override
    public Extent extent() {
      double reach = Math.max(rx, ry);
      double halfWidth = angle == 0 ? rx : reach;
      double halfHeight = angle == 0 ? ry : reach;
      return new Extent(cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight);
    }
  }

  /** All points within {@code radius} of the segment from (ax, ay, az) to (bx, by, bz). */
  record Capsule(double ax, double ay, double az, double bx, double by, double bz, double radius)
      implements Solid {
    @Override
    public double distance(double x, double y, double z) {
      double dx = bx - ax;
      double dy = by - ay;
      double dz = bz - az;
      double along =
          ((x - ax) * dx + (y - ay) * dy + (z - az) * dz) / (dx * dx + dy * dy + dz * dz);
      double t = Math.min(1, Math.max(0, along));
      double ex = x - ax - t * dx;
      double ey = y - ay - t * dy;
      double ez = z - az - t * dz;
      return Math.sqrt(ex * ex + ey * ey + ez * ez) - radius;
    }

    @Override
    public Extent extent() {
      return new Extent(Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by))
          .grow(radius);
    }

    /** The tube's cross-section at its first end's height, the same at every height. */
    Solid column() {
      return Solid.of(extent(), (x, y, z) -> distance(x, y, az));
    }

    boolean meets(double z, double margin) {
      return z > Math.min(az, bz) - radius - margin && z < Math.max(az, bz) + radius + margin;
    }
  }

  /** The same region, grown (or shrunk, if negative) by {@code by} millimetres. */
  default Solid grow(double by) {
    return of(extent().grow(by), (x, y, z) -> distance(x, y, z) - by);
  }

  /** A layer of the given thickness just inside the surface. */
  default Solid rim(double thickness) {
    return of(extent(), (x, y, z) -> Math.abs(distance(x, y, z) + thickness / 2) - thickness / 2);
  }

  default Solid and(Solid other) {
    return of(extent(), (x, y, z) -> Math.max(distance(x, y, z), other.distance(x, y, z)));
  }

  default Solid minus(Solid other) {
    return of(extent(), (x, y, z) -> Math.max(distance(x, y, z), -other.distance(x, y, z)));
  }

  /**
   * The surface moved in and out by up to {@code by} millimetres, over lengths of {@code scale}.
   */
  default Solid wavy(SmoothNoise noise, double by, double scale) {
    return of(
        extent().grow(by),
        (x, y, z) -> {
          double distance = distance(x, y, z);
          return Math.abs(distance) > 2 * by + 2
              ? distance
              : distance + by * noise.at(x / scale, y / scale, z / scale);
        });
  }

  /** A distance function. */
  @FunctionalInterface
  interface Distance {
    double at(double x, double y, double z);
  }

  static Solid of(Extent extent, Distance distance) {
    return new Solid() {
      @Override
      public double distance(double x, double y, double z) {
        return distance.at(x, y, z);
      }

      @Override
      public Extent extent() {
        return extent;
      }
    };
  }
}
