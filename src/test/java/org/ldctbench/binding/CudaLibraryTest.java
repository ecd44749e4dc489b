package org.ldctbench.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The CUDA library that the build made holds machine code for every architecture that it promises
 * and PTX for those to come: a driver takes nothing else, and only when a kernel is first launched.
 */
class CudaLibraryTest {
  private static final Path LIBRARY = Path.of("target", "native", "libldct_cuda.so");

  /** A device's code for all architectures begins with this, and each architecture's has a head. */
  private static final int MAGIC = 0xBA55ED50;

  private static final int PTX = 1;
  private static final int MACHINE_CODE = 2;

  /** As cppbuild.sh looks for it. */
  private static boolean nvccIsHere() {
    if ("off".equals(System.getenv("LDCT_CUDA"))) {
      return false;
    }
    String named = System.getenv("NVCC");
    return (named != null && !named.isEmpty())
        || Stream.concat(
                Stream.of(System.getenv("PATH").split(File.pathSeparator)),
                Stream.of("/usr/local/cuda/bin"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "nvcc")));
  }

  /** What each piece of device code is for: sm_80, compute_100 and the like. */
  private static List<Set<String>> architectures(ByteBuffer library) {
    List<Set<String>> found = new ArrayList<>();
    for (int at = 0; at + 16 <= library.limit(); at += 8) {
      if (library.getInt(at) == MAGIC) {
        int entry = at + library.getShort(at + 6);
        int end = entry + Math.toIntExact(library.getLong(at + 8));
        Set<String> here = new TreeSet<>();
        while (entry < end) {
          int kind = library.getShort(entry);
          assertTrue(kind == PTX || kind == MACHINE_CODE, "kind " + kind);
          here.add((kind == PTX ? "compute_" : "sm_") + library.getInt(entry + 28));
          entry += library.getInt(entry + 4) + Math.toIntExact(library.getLong(entry + 8));
        }
        assertEquals(end, entry, "pieces fill their place");
        found.add(here);
      }
    }
    return found;
  }

  @Test
  void everyKernelIsThereForEveryArchitecture() throws IOException {
    assumeTrue(nvccIsHere(), "no nvcc: there is no CUDA library");
    ByteBuffer library =
        ByteBuffer.wrap(Files.readAllBytes(LIBRARY)).order(ByteOrder.LITTLE_ENDIAN);
    List<Set<String>> found = architectures(library);
    // Every source with kernels has a piece, and linking adds one without any.
    Set<String> linked = Set.of("sm_80", "sm_90", "sm_100");
    assertEquals(1, found.stream().filter(linked::equals).count(), found::toString);
    List<Set<String>> kernels = found.stream().filter(here -> !here.equals(linked)).toList();
    assertFalse(kernels.isEmpty(), "no kernels");
    for (Set<String> here : kernels) {
      assertEquals(Set.of("sm_80", "sm_90", "sm_100", "compute_100"), here);
    }
  }
}
