package org.ldctbench.sweep;

import java.util.Map;

/**
 * What a searcher knows of a run.
 *
 * @param arguments parameter values, nested ones nested; constants may be missing
 * @param history of the metric in its own sign, in logging order, then the summary value
 */
public record Observation(Map<String, Object> arguments, RunState state, double[] history) {}
