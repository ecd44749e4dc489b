package org.ldctbench.train;

import org.ldctbench.data.EpochPlan;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.PixelScale;

/** What one run trains and validates on: slices in the engine and seeded plans over them. */
public interface Samples {
  Dataset dataset();

  PixelScale scale();

  /** Patches of an epoch, from 0: {@code iterations_before_val} minibatches, and its validation. */
  EpochPlan epoch(int epoch);

  /** Stored low-dose values of every patch of a plan, {@code [patches][rows][columns]}. */
  float[] lowDose(PatchPlan plan);

  /** Stored high-dose values of every patch of a plan, {@code [patches][rows][columns]}. */
  float[] highDose(PatchPlan plan);
}
