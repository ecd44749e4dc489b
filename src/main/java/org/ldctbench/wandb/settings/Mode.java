package org.ldctbench.wandb.settings;

import java.util.Optional;

/** Where a run's data goes besides its folder. */
public enum Mode {
  /** To the server while it runs; everything is in the folder too. */
  ONLINE,
  /** Only to the folder, for a later upload. */
  OFFLINE,
  /** Nowhere. */
  DISABLED;

  static Optional<Mode> of(String word) {
    return switch (word) {
      case "online", "run", "shared" -> Optional.of(ONLINE);
      case "offline", "dryrun" -> Optional.of(OFFLINE);
      case "disabled" -> Optional.of(DISABLED);
      default -> Optional.empty();
    };
  }
}
