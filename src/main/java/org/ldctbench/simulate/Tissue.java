package org.ldctbench.simulate;

/**
 * What fills a solid.
 *
 * @param hounsfield mean value in HU
 * @param texture amplitude of the variation in HU
 * @param scale size of the coarsest variation in millimetres
 */
record Tissue(double hounsfield, double texture, double scale) {
  static Tissue of(double hounsfield) {
    return new Tissue(hounsfield, 0, 1);
  }

  static Tissue of(double hounsfield, double texture, double scale) {
    return new Tissue(hounsfield, texture, scale);
  }

  double at(double x, double y, double z, SmoothNoise noise) {
    return texture == 0
        ? hounsfield
        : hounsfield + texture * noise.rough(x / scale, y / scale, z / scale);
  }
}
