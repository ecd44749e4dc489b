package org.ldctbench.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/** One self-describing result; the JSON form has these names. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BenchRow(
    String bench,
    String framework,
    String engine,
    String kernel,
    String precision,
    int mbs,
    int patch,
    int threads,
    Spread ms,
    @JsonProperty("mpix_per_s") double megapixelsPerSecond,
    Double gflops,
    @JsonProperty("peak_share") Double peakShare,
    @JsonProperty("memory_bytes") Long memoryBytes,
    @JsonProperty("ratio_to_best_peer") Double ratioToBestPeer,
    String commit,
    String cpu,
    String date) {}
