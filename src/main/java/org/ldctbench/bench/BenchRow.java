package org.ldctbench.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;

/**
 * One self-describing result; the JSON form has these names.
 *
 * @param precision null where files are read
 * @param ms for one operation of {@code mbs} images: a step, a call, an iteration or a file
 * @param ratioToBestPeer time of the fastest peer divided by ours, pair by pair; of {@code cache}
 *     for each core
 */
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
    @JsonUnwrapped Figures figures,
    @JsonProperty("ratio_to_best_peer") Spread ratioToBestPeer,
    @JsonUnwrapped Machine machine) {

  /** What only some benchmarks state; null for the others. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Figures(
      Double gflops,
      @JsonProperty("peak_share") Double peakShare,
      @JsonProperty("memory_bytes") Long memoryBytes,
      @JsonProperty("mb_per_s") Double megabytesPerSecond,
      @JsonProperty("iterations_per_s") Double iterationsPerSecond,
      Double overhead,
      @JsonProperty("ratio_to_in_turn") Spread ratioToInTurn,
      @JsonProperty("ratio_to_fewest_threads") Spread ratioToFewestThreads) {
    public static final Figures NONE = new Figures(null, null, null, null, null, null, null, null);

    /**
     * @param peak null if it is not known
     */
    public static Figures arithmetic(double gflops, Double peak) {
      return new Figures(
          gflops, peak == null ? null : gflops / peak, null, null, null, null, null, null);
    }

    /** Bytes that were read: of stored pixels two each, of a pair of float32 ones eight. */
    public static Figures reading(double megabytesPerSecond) {
      return new Figures(null, null, null, megabytesPerSecond, null, null, null, null);
    }

    /**
     * @param overhead share of the wall time outside the engine; null if unknown
     */
    public static Figures loop(double iterationsPerSecond, Double overhead) {
      return new Figures(null, null, null, null, iterationsPerSecond, overhead, null, null);
    }

    /** Several trainings at once. */
    static Figures atOnce(double iterationsPerSecond, Spread inTurn) {
      return new Figures(null, null, null, null, iterationsPerSecond, null, inTurn, null);
    }

    public Figures withMemory(long bytes) {
      return new Figures(
          gflops,
          peakShare,
          bytes,
          megabytesPerSecond,
          iterationsPerSecond,
          overhead,
          ratioToInTurn,
          ratioToFewestThreads);
    }

    Figures withThreadRatio(Spread ratio) {
      return new Figures(
          gflops,
          peakShare,
          memoryBytes,
          megabytesPerSecond,
          iterationsPerSecond,
          overhead,
          ratioToInTurn,
          ratio);
    }
  }
}
