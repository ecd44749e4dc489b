package org.ldctbench.simulate;

/** Stored values (HU + 1024, clipped to 0..4095) of the same slice at both doses. */
record ImagePair(short[] fullDose, short[] lowDose) {
  private static final int OFFSET = 1024;
  private static final int LARGEST = 4095;

  /**
   * Scans a slice at full dose and at a fraction of it.
   *
   * @param seed fixes the noise; a second low-dose scan of the same full-dose image differs in
   *     {@code repeat} only
   */
  static ImagePair scan(SourceSlice slice, CtNoise scanner, double dose, long seed, int repeat) {
    float[] lineIntegrals = scanner.lineIntegrals(slice.hounsfield(), slice.pixelSpacing());
    float[] full = slice.hounsfield().clone();
    if (!slice.measured()) {
      add(full, scanner.fullDose(lineIntegrals, slice.pixelSpacing(), seed));
    }
    float[] low = full.clone();
    long lowSeed = DerivedNames.seed(seed, repeat);
    add(low, scanner.added(lineIntegrals, slice.pixelSpacing(), dose, lowSeed));
    return new ImagePair(stored(full), stored(low));
  }

  private static void add(float[] image, float[] noise) {
    for (int i = 0; i < image.length; i++) {
      image[i] += noise[i];
    }
  }

  private static short[] stored(float[] hounsfield) {
    short[] stored = new short[hounsfield.length];
    for (int i = 0; i < stored.length; i++) {
      int value = Math.round(hounsfield[i]) + OFFSET;
      stored[i] = (short) Math.min(LARGEST, Math.max(0, value));
    }
    return stored;
  }
}
