package org.ldctbench.evaluate;

/** Something that turns low-dose slices into a prediction of the high-dose ones. */
public interface Denoiser {
  /** The name in tables, result files and volumes. */
  String name();

  /**
   * Denoises slices on the normalised scale.
   *
   * @param normalised {@code [count][rows][columns]}
   * @return like the input
   */
  float[] denoise(float[] normalised, int count, int rows, int columns);

  /** The low-dose slices themselves, the line to beat. */
  Denoiser LOW_DOSE =
      new Denoiser() {
        @Override
        public String name() {
          return "LD";
        }

        @Override
        public float[] denoise(float[] normalised, int count, int rows, int columns) {
          return normalised;
        }
      };
}
