package org.ldctbench.sweep;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * One run to execute.
 *
 * @param runId 8 characters a-z and 0-9
 * @param number of the run in its sweep, from 1
 * @param parameters complete arguments as plain values
 * @param interrupted folder of an earlier attempt that was cut off; the program may go on from it
 */
public record RunRequest(
    String sweepId,
    String runId,
    int number,
    Map<String, Object> parameters,
    Optional<Path> interrupted) {}
