package org.ldctbench.wandb.sync;

import org.ldctbench.wandb.proto.RunRecord;
import org.ldctbench.wandb.settings.WandbSettings;

/**
 * Where a run goes on the server; empty texts leave what the run says itself.
 *
 * @param sweepId the server's id of the sweep that the run joins
 */
public record Destination(String entity, String project, String sweepId) {
  /** As the run says. */
  public static final Destination OWN = new Destination("", "", "");

  RunRecord apply(RunRecord run) {
    RunRecord.Builder changed = run.toBuilder();
    if (!entity.isEmpty()) {
      changed.setEntity(entity);
    }
    if (!project.isEmpty()) {
      changed.setProject(project);
    }
    if (!sweepId.isEmpty()) {
      changed.setSweepId(sweepId);
    }
    return changed.build();
  }

  /** Tells destinations apart. */
  String key(WandbSettings settings) {
    return settings.baseUrl() + " " + entity + "/" + project + "/" + sweepId;
  }
}
