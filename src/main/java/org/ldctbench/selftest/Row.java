package org.ldctbench.selftest;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Result of one check.
 *
 * @param figure what was measured; null unless the check ran to its end
 * @param limit largest figure that passes
 * @param note what the figure is, or why there is none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Row(
    String check, Result result, Double figure, Double limit, String note, double seconds) {
  /** How a check ended. */
  public enum Result {
    PASSED,
    FAILED,
    SKIPPED
  }
}
