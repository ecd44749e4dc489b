package org.ldctbench.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.npy.Npy;

class NormalizationTest {
  private static final Path GOLDEN = Path.of("../shared/fixtures/cnn10/misc");

  static boolean goldenValuesAreHere() {
    return Files.isDirectory(GOLDEN);
  }

  @ParameterizedTest
  @EnumSource
  @EnabledIf("goldenValuesAreHere")
  void everyStoredValueIsNormalisedBitForBitAsByTheOriginal(Normalization normalization)
      throws IOException {
    PixelScale scale = normalization.scale(InfoFile.published());
    String name = normalization.name().toLowerCase(Locale.ROOT);
    float[] raw = Npy.read(GOLDEN.resolve("raw.npy")).floats();
    float[] normalised = Npy.read(GOLDEN.resolve("normalised_" + name + ".npy")).floats();
    float[] restored = Npy.read(GOLDEN.resolve("denormalised_" + name + ".npy")).floats();
    assertEquals(4096, raw.length);
    for (int i = 0; i < raw.length; i++) {
      assertEquals(normalised[i], (raw[i] - scale.offset()) / scale.scale(), name + " of " + i);
      assertEquals(restored[i], normalised[i] * scale.scale() + scale.offset(), name + " of " + i);
    }
  }

  @Test
  void constantsAreRoundedOnceFromTheirDifference() {
    InfoFile info = new InfoFile(0.1, 0.3, 0.1, 4095.3, false, List.of(), List.of(), List.of());
    assertEquals(new PixelScale(0.1f, 0.3f), Normalization.MEANSTD.scale(info));
    assertEquals(new PixelScale(0.1f, (float) (4095.3 - 0.1)), Normalization.MINMAX.scale(info));
  }

  @Test
  void anUnknownNameIsRefusedWithTheNearestKnown() {
    assertEquals(Normalization.MEANSTD, Normalization.named("meanstd"));
    assertEquals(Normalization.MINMAX, Normalization.named("minmax"));
    UserException refused = assertThrows(UserException.class, () -> Normalization.named("min_max"));
    assertEquals(ExitCode.CONFIG, refused.code());
    assertTrue(refused.getMessage().contains("did you mean 'minmax'"), refused.getMessage());
  }
}
