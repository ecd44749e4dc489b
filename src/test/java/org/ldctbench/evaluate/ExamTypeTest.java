package org.ldctbench.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ldctbench.common.UserException;

class ExamTypeTest {
  @ParameterizedTest
  @EnumSource(ExamType.class)
  void theWindowRisesFromZeroToOne(ExamType type) {
    float[] stored = new float[4096];
    for (int i = 0; i < stored.length; i++) {
      stored[i] = i;
    }
    float[] windowed = type.window(stored);
    for (int i = 1; i < windowed.length; i++) {
      assertEquals(windowed[i], Math.max(windowed[i], windowed[i - 1]), "falls at " + i);
      assertEquals(windowed[i], Math.min(1f, Math.max(0f, windowed[i])), "outside at " + i);
    }
  }

  @Test
  void theAbdomenWindowMapsItsCentreToOneHalf() {
    // centre 1074 and width 400 in stored units: 873.5 to 1274.5 - 1, DICOM's linear window
    float[] windowed = ExamType.L.window(new float[] {874f, 1073.5f, 1273f, 1274f});
    assertArrayEquals(new float[] {0f, 0.5f, 1f, 1f}, windowed, 1e-6f);
  }

  @Test
  void aPatientFolderTellsItsType() {
    assertEquals(ExamType.N, ExamType.ofFolder("N245"));
    assertThrows(UserException.class, () -> ExamType.ofFolder("X1"));
  }
}
