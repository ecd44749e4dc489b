package org.ldctbench.simulate;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Seeds and unique identifiers that follow from what they are for, so that a set can be remade. */
final class DerivedNames {
  private DerivedNames() {}

  static long seed(Object... purpose) {
    UUID name = name(purpose);
    return name.getMostSignificantBits() ^ name.getLeastSignificantBits();
  }

  /** A DICOM UID below the root for UUIDs (PS3.5 B.2). */
  static String uid(Object... purpose) {
    String hex = name(purpose).toString().replace("-", "");
    return "2.25." + new BigInteger(hex, 16);
  }

  private static UUID name(Object... purpose) {
    StringBuilder text = new StringBuilder();
    for (Object part : purpose) {
      text.append(part).append('\n');
    }
    return UUID.nameUUIDFromBytes(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
