package org.ldctbench.common;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MersenneTwisterTest {
  @Test
  void seededByOneNumberItDrawsWhatNumPyDraws() {
    // numpy.random.RandomState(5489).randint(0, 2**32, 3, dtype=numpy.uint32); the 10000th draw
    // is the check value of the C++ standard's mt19937.
    MersenneTwister twister = new MersenneTwister(5489);
    assertEquals(3499211612L, twister.nextInt32());
    LongStream.range(0, 9998).forEach(i -> twister.nextInt32());
    assertEquals(4123659995L, twister.nextInt32());
  }

  @Test
  void seededByAnArrayItDrawsThePublishedSequence() {
    // First numbers of the authors' reference output (mt19937ar.out).
    MersenneTwister twister = new MersenneTwister(0);
    twister.seedByArray(new int[] {0x123, 0x234, 0x345, 0x456});
    long[] drawn = LongStream.range(0, 5).map(i -> twister.nextInt32()).toArray();
    assertArrayEquals(
        new long[] {1067595299L, 955945823L, 477289528L, 4107218783L, 4228976476L}, drawn);
  }
}
