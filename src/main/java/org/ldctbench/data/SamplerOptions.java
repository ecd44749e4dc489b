package org.ldctbench.data;

/**
 * What decides which patches are drawn.
 *
 * @param dataSubset fraction of the shuffled slices that is used, of training and validation alike
 * @param patchSize edge of the training patches; 0 = whole images
 * @param evalPatchSize edge of the validation patches; 0 = whole images
 * @param mbs minibatch size
 * @param iterationsBeforeVal training minibatches an epoch
 */
public record SamplerOptions(
    long seed,
    double dataSubset,
    int patchSize,
    int evalPatchSize,
    int mbs,
    int iterationsBeforeVal) {}
