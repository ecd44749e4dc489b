package org.ldctbench.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  @TempDir Path folder;

  private Path file(int version, String header, byte... data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    out.write(text.length & 0xff);
    out.write(text.length >> 8);
    if (version == 2) {
      out.write(new byte[2]);
    }
    out.write(text);
    out.write(data);
    Path file = folder.resolve("a.npy");
    Files.write(file, out.toByteArray());
    return file;
  }

  private static String header(String type, String shape) {
    return "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }  \n";
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Path file = folder.resolve("x.npy");
    Npy.write(file, new float[] {1.5f, Float.NaN, -0f, 4, 5, 6}, 2, 3);
    NpyArray array = Npy.read(file);
    assertArrayEquals(new int[] {2, 3}, array.shape());
    assertArrayEquals(new float[] {1.5f, Float.NaN, -0f, 4, 5, 6}, array.floats());
    Npy.write(file, new double[] {Math.PI});
    assertArrayEquals(new int[0], Npy.read(file).shape());
    assertArrayEquals(new double[] {Math.PI}, Npy.read(file).doubles());
    Npy.write(file, new short[] {-1, 7}, true, 2);
    assertArrayEquals(new long[] {65535, 7}, Npy.read(file).longs());
    Npy.write(file, new short[] {-1, 7}, false, 2);
    assertArrayEquals(new long[] {-1, 7}, Npy.read(file).longs());
    assertEquals(0, Files.size(file) % 4);
  }

  @Test
  void everyElementTypeIsRead() throws IOException {
    byte ff = (byte) 0xff;
    assertArrayEquals(
        new long[] {255, 1}, Npy.read(file(1, header("|u1", "2,"), ff, (byte) 1)).longs());
    byte[] minusTwo = {(byte) 0xfe, ff, ff, ff, ff, ff, ff, ff};
    assertArrayEquals(new long[] {-2}, Npy.read(file(2, header("<i8", ""), minusTwo)).longs());
    byte[] four = {4, 0, 0, 0};
    assertArrayEquals(new double[] {4}, Npy.read(file(1, header("<i4", "1, 1"), four)).doubles());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
        "{}",
        ""
      })
  void aHeaderThatCannotBeHonouredIsRefusedByName(String header) throws IOException {
    Path file = file(1, header, new byte[4]);
    IOException problem = assertThrows(IOException.class, () -> Npy.read(file));
    assertTrue(problem.getMessage().startsWith(file.toString()), problem.getMessage());
  }

  @Test
  void damagedFilesAreRefusedAndNeverCrash() throws IOException {
    Path good = folder.resolve("x.npy");
    Npy.write(good, new float[] {1, 2, 3}, 3);
    byte[] bytes = Files.readAllBytes(good);
    Random random = new Random(1);
    Path bad = folder.resolve("bad.npy");
    for (int length = 0; length < bytes.length; length++) {
      Files.write(bad, java.util.Arrays.copyOf(bytes, length));
      assertThrows(IOException.class, () -> Npy.read(bad), "cut to " + length);
    }
    for (int i = 0; i < 500; i++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(90)] = (byte) random.nextInt(256);
      Files.write(bad, changed);
      try {
        Npy.read(bad);
      } catch (IOException expected) {
        assertTrue(expected.getMessage().startsWith(bad.toString()));
      }
    }
  }
}
