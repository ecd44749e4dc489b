package org.ldctbench.data;

import org.ldctbench.engine.PatchPlan;

/** The patches of one epoch. */
public record EpochPlan(PatchPlan train, PatchPlan validation) {}
