package org.ldctbench.wandb.api;

/**
 * A sweep as the server knows it.
 *
 * @param storageId the server's own id
 * @param id the 8 characters that people see
 * @param config its configuration as YAML; empty where it was not asked for
 * @param state e.g. PENDING, RUNNING, FINISHED; empty where it was not asked for
 */
public record ServerSweep(
    String storageId, String entity, String project, String id, String config, String state) {}
