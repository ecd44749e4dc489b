package org.ldctbench.wandb.settings;

/** How much of what happens with the server the user is told. */
public enum Talk {
  /** Where the run is to be seen, too. */
  ALL,
  /** Only what did not work ({@code WANDB_QUIET}). */
  PROBLEMS,
  /** Nothing ({@code WANDB_SILENT}). */
  NOTHING
}
