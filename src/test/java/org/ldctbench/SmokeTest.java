package org.ldctbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.ldctbench.binding.nativelib.Ldct;

class SmokeTest {
  @Test
  void libraryAndHeaderAgree() {
    assertEquals(Ldct.LDCT_ABI_VERSION, Ldct.ldct_abi_version());
  }
}
