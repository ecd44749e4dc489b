package org.ldctbench.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.sweep.Journal;
import org.ldctbench.sweep.JournalEvent;
import org.ldctbench.sweep.SweepFolder;
import org.ldctbench.wandb.api.SweepDraft;
import org.ldctbench.wandb.settings.WandbSettings;

class SweepDraftsTest {
  /** As people paste it: the parameters have lost their indentation. */
  private static final String PASTED =
      """
      project: lab
      name: quick
      description: a try
      method: random
      parameters:
      lr:
        min: 1e-05
        max: 0.01
      mbs:
        min: 2
        max: 8
      optimizer:
        values: [adam, sgd]
      outer:
        parameters:
          inner: {value: off}
      """;

  @TempDir Path root;

  @Test
  void theServerGetsAPastedFileAsItWasMeantWithFixedValuesAndDistributions() throws IOException {
    Path file = root.resolve("pasted.yaml");
    Files.writeString(file, PASTED);
    SweepFolder folder = SweepFolder.create(root.resolve("wandb"), "abcd1234", file);
    try (Journal journal = Journal.open(folder.path())) {
      journal.append(
          new JournalEvent.SweepCreated(
              "2026-01-01T12:00:00Z", "abcd1234", 0, null, Map.of("seed", 7)));
    }
    WandbSettings settings = WandbSettings.load(Map.of("WANDB_ENTITY", "team"), root, root);
    SweepDraft draft = SweepDrafts.of(folder, settings);
    assertEquals("team", draft.entity());
    assertEquals("lab", draft.project());
    assertEquals("abcd1234", draft.mark());
    assertEquals(
        """
        controller:
          type: local
        description: a try
        method: random
        name: quick
        parameters:
          lr:
            distribution: uniform
            max: 0.01
            min: 1.0E-5
          mbs:
            distribution: int_uniform
            max: 8
            min: 2
          optimizer:
            distribution: categorical
            values:
            - adam
            - sgd
          outer:
            parameters:
              inner:
                distribution: constant
                value: false
          seed:
            distribution: constant
            value: 7
        project: lab
        """,
        draft.config());
  }
}
