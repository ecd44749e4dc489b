package org.ldctbench.wandb.api;

/**
 * A run as the server knows it.
 *
 * @param storageId the server's own id
 * @param historyLines history rows that it has already
 * @param eventLines samples of system statistics that it has already
 */
public record RunTicket(
    String storageId,
    String entity,
    String project,
    String runId,
    String displayName,
    long historyLines,
    long eventLines) {}
