package org.ldctbench.common;

/** Receives how far a piece of work is. Thread-safe. */
public interface Progress extends AutoCloseable {
  /** More of the work is done. */
  void advance(long amount);

  /** Short text beside the bar, such as the loss. */
  void note(String text);

  @Override
  void close();

  /** Starts showing one piece of work; closing the result ends the display. */
  @FunctionalInterface
  interface Factory {
    Progress start(String task, long total, String unit);
  }

  /** Shows nothing. */
  Factory SILENT =
      (task, total, unit) ->
          new Progress() {
            @Override
            public void advance(long amount) {}

            @Override
            public void note(String text) {}

            @Override
            public void close() {}
          };
}
