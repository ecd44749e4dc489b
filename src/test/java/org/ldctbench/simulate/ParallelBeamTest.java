package org.ldctbench.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParallelBeamTest {
  private static final int SIZE = 128;

  @ParameterizedTest
  @CsvSource({"0, 0, 40", "20, -15, 25", "-30, 8, 12"})
  void aDiscProjectsToItsChords(double x, double y, double radius) {
    ParallelBeam beam = new ParallelBeam(SIZE, 90);
    float[] sinogram = beam.project(disc(x, y, radius));
    for (int v = 0; v < beam.views(); v++) {
      double angle = Math.PI * (v + 0.5) / beam.views();
      double centre = x * Math.cos(angle) + y * Math.sin(angle);
      for (int bin = 0; bin < beam.bins(); bin++) {
        double s = bin - (beam.bins() - 1) / 2.0 - centre;
        double chord = Math.abs(s) < radius ? 2 * Math.sqrt(radius * radius - s * s) : 0;
        double fromEdge = Math.abs(Math.abs(s) - radius);
        // Pixels blur the steep end of the profile: the chord there is averaged over about one bin.
        double tolerance =
            fromEdge < 1.5 ? 2.5 * Math.sqrt(radius) : (fromEdge < 6 ? 0.06 : 0.02) * chord + 0.05;
        assertEquals(chord, sinogram[v * beam.bins() + bin], tolerance, "view " + v + " s " + s);
      }
    }
  }

  @Test
  void reconstructionReturnsTheDisc() {
    ParallelBeam beam = new ParallelBeam(SIZE, 200);
    float[] image = beam.reconstruct(beam.project(disc(12, -9, 35)));
    for (int row = 0; row < SIZE; row++) {
      for (int column = 0; column < SIZE; column++) {
        double distance = Math.hypot(position(column) - 12, position(row) + 9);
        if (distance < 32) {
          assertEquals(1, image[row * SIZE + column], 0.02, "inside at " + row + ", " + column);
        } else if (distance > 38) {
          assertEquals(0, image[row * SIZE + column], 0.02, "outside at " + row + ", " + column);
        }
      }
    }
  }

  @Test
  void eachDiscIsBackWhereItWas() {
    ParallelBeam beam = new ParallelBeam(SIZE, 200);
    float[] image = beam.reconstruct(beam.project(disc(30, -20, 6)));
    double mass = 0;
    double x = 0;
    double y = 0;
    for (int i = 0; i < image.length; i++) {
      if (image[i] > 0.2) {
        mass += image[i];
        x += image[i] * position(i % SIZE);
        y += image[i] * position(i / SIZE);
      }
    }
    assertEquals(30, x / mass, 0.1);
    assertEquals(-20, y / mass, 0.1);
  }

  private static double position(int pixel) {
    return pixel - (SIZE - 1) / 2.0;
  }

  private static float[] disc(double x, double y, double radius) {
    int fine = 8;
    float[] image = new float[SIZE * SIZE];
    for (int row = 0; row < SIZE * fine; row++) {
      for (int column = 0; column < SIZE * fine; column++) {
        double px = (column + 0.5) / fine - SIZE / 2.0;
        double py = (row + 0.5) / fine - SIZE / 2.0;
        if (Math.hypot(px - x, py - y) < radius) {
          image[row / fine * SIZE + column / fine] += 1f / (fine * fine);
        }
      }
    }
    return image;
  }
}
