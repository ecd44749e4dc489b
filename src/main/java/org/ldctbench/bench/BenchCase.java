package org.ldctbench.bench;

import org.ldctbench.engine.Precision;

/** One line of a benchmark: what, how large, how precise. */
public record BenchCase(BenchKind kind, Precision precision, Shape shape) {}
