package org.ldctbench.wandb.api;

/**
 * What a new sweep is made of. Texts may be empty.
 *
 * @param name that people see
 * @param config YAML that W&B accepts
 * @param mark unique text that stays in the description, so that the sweep is found again where the
 *     answer to its creation was lost
 */
public record SweepDraft(
    String entity, String project, String name, String description, String config, String mark) {
  /** Where the server puts what names no project. */
  static final String NO_PROJECT = "uncategorized";

  String markedDescription() {
    return (description + " " + tag()).strip();
  }

  boolean marks(String text) {
    return text.endsWith(tag());
  }

  private String tag() {
    return "[ldctbench " + mark + "]";
  }

  /** The same for another place; empty texts change nothing. */
  public SweepDraft at(String otherEntity, String otherProject) {
    return new SweepDraft(
        otherEntity.isEmpty() ? entity : otherEntity,
        otherProject.isEmpty() ? project : otherProject,
        name,
        description,
        config,
        mark);
  }
}
