package org.ldctbench.dicom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Damaged files are refused in one line or read as some slice; nothing else happens. */
class DicomFuzzTest {
  private static final int FILES_PER_SEED = 800;
  private static final byte[] EXTREMES = {0, 1, -1, 127, -128, (byte) 0xfe, (byte) 0xe0, 0x28};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aDamagedFileIsRefusedOrASlice(long seed) {
    Random random = new Random(seed);
    List<Fixtures.Fixture> fixtures = Fixtures.all();
    Path file = folder.resolve("damaged.dcm");
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          int refused = 0;
          for (int i = 0; i < FILES_PER_SEED; i++) {
            byte[] content = fixtures.get(random.nextInt(fixtures.size())).content();
            Files.write(file, damaged(content, random));
            refused += isRefused(file, seed + ", file " + i) ? 1 : 0;
          }
          assertTrue(refused > FILES_PER_SEED / 10, "refused " + refused);
          assertTrue(refused < FILES_PER_SEED, "refused all");
        });
  }

  private static boolean isRefused(Path file, String which) throws IOException {
    try {
      CtSlice slice = DicomReader.read(file);
      assertEquals(slice.rows() * slice.columns(), slice.pixels().length, "seed " + which);
      int low = slice.signed() ? -(1 << (slice.bitsStored() - 1)) : 0;
      int high = low + (1 << slice.bitsStored());
      for (int p = 0; p < slice.pixels().length; p++) {
        assertTrue(slice.stored(p) >= low && slice.stored(p) < high, "seed " + which);
      }
      return false;
    } catch (UserException e) {
      assertEquals(ExitCode.DATA, e.code());
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      return true;
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + which + ": " + e, e);
    }
  }

  private static byte[] damaged(byte[] content, Random random) {
    if (content.length == 0 || random.nextInt(5) == 0) {
      return Arrays.copyOf(content, random.nextInt(content.length + 1));
    }
    byte[] copy = content.clone();
    int start = Math.min(132, copy.length - 1);
    for (int n = 1 + random.nextInt(6); n > 0; n--) {
      int at = start + random.nextInt(copy.length - start);
      copy[at] =
          random.nextBoolean()
              ? EXTREMES[random.nextInt(EXTREMES.length)]
              : (byte) random.nextInt(256);
    }
    return copy;
  }
}
