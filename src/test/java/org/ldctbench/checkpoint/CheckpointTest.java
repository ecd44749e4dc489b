package org.ldctbench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.Shared;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.Trainer;

class CheckpointTest {
  @TempDir Path folder;

  @Test
  void aFileOfRealPyTorchIsRead() throws IOException {
    Checkpoint checkpoint = Checkpoint.read(torchFile());
    assertEquals(87000, checkpoint.iteration());
    Map<String, Object> args = new LinkedHashMap<>();
    args.put("devices", List.of(0L, 1L));
    args.put("lr", 1e-5);
    args.put("seed", 70000L);
    args.put("max_iterations", 1L << 40);
    args.put("wandbtag", "tag \u00fc");
    args.put("lam_adv", null);
    args.put("cuda", false);
    args.put("dryrun", true);
    args.put("mbs", 300L);
    assertEquals(args, checkpoint.args());
    float[] expected = new float[Trainer.PARAMETER_COUNT];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (i % 1000) / 1024f - 0.5f;
    }
    assertArrayEquals(expected, checkpoint.parameters());
  }

  @Test
  void whatIsWrittenReadsBackAndIsTheSameBytesEveryTime() throws IOException {
    Map<String, Object> args = new LinkedHashMap<>();
    args.put("seed", -5L);
    args.put("big", 1L << 33);
    args.put("none", null);
    args.put("list", List.of(0L, 255L, 256L, 65536L));
    args.put("text", "\u00fc \ud83d\ude00");
    args.put("real", -0.1);
    args.put("flag", true);
    Checkpoint written = new Checkpoint(args, 123456, weights(1));
    Path first = folder.resolve("a.pt");
    Path second = folder.resolve("b.pt");
    written.write(first);
    written.write(second);
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    Checkpoint read = Checkpoint.read(first);
    assertEquals(args, read.args());
    assertEquals(123456, read.iteration());
    assertArrayEquals(written.parameters(), read.parameters());
  }

  @Test
  void theDataOfEveryMemberStartAtAMultipleOf64() throws IOException {
    Path file = folder.resolve("a.pt");
    new Checkpoint(Map.of(), 1, weights(2)).write(file);
    byte[] bytes = Files.readAllBytes(file);
    int members = 0;
    for (int i = 0; i + 30 < bytes.length; i++) {
      if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 3 && bytes[i + 3] == 4) {
        int name = (bytes[i + 26] & 0xFF) | (bytes[i + 27] & 0xFF) << 8;
        int extra = (bytes[i + 28] & 0xFF) | (bytes[i + 29] & 0xFF) << 8;
        assertEquals(0, (i + 30 + name + extra) % 64);
        members++;
      }
    }
    assertEquals(11, members);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cos\nsystem\n(X\u0004\u0000\u0000\u0000evilt R.",
        "cbuiltins\neval\n)R.",
        "ctorch\nDoubleStorage\n.",
        "cargparse\nNamespace\n(K\u0001tR.",
        "ctorch\nFloatStorage\n)R.",
        "(i__main__\nX\n.",
        "h\u0005.",
        "X\u00ff\u00ff\u00ff\u007f.",
        "t.",
        "(.",
        "R.",
        "}K\u0001K\u0002s.",
        "]b.",
        ")K\u0001a.",
        ""
      })
  void aPickleThatIsNotACheckpointsIsRefused(String pickle) throws IOException {
    Path file = folder.resolve("evil.pt");
    zip(file, pickle.getBytes(StandardCharsets.ISO_8859_1));
    refused(file);
  }

  @Test
  void aDamagedFileIsRefusedWhateverIsDamaged() throws IOException {
    byte[] good = Files.readAllBytes(torchFile());
    Path file = folder.resolve("damaged.pt");
    Random random = new Random(7);
    for (int trial = 0; trial < 150; trial++) {
      byte[] bad = good.clone();
      if (trial % 3 == 0) {
        bad = Arrays.copyOf(bad, random.nextInt(bad.length));
      } else {
        // Headers and pickle are at the front, the directory at the end.
        int at =
            random.nextBoolean() ? random.nextInt(2500) : bad.length - 1 - random.nextInt(1200);
        bad[at] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(file, bad);
      try {
        assertEquals(Trainer.PARAMETER_COUNT, Checkpoint.read(file).parameters().length);
      } catch (UserException expected) {
        assertEquals(ExitCode.CONFIG, expected.code());
      }
    }
  }

  @Test
  void anotherFileIsRefusedByName() throws IOException {
    Path file = folder.resolve("notes.txt");
    Files.writeString(file, "hello");
    assertTrue(refused(file).contains("notes.txt: is not a checkpoint of PyTorch"));
  }

  @Test
  void theFormatBeforePyTorch16IsRefusedWithTheRemedy() throws IOException {
    Path file = folder.resolve("old.pt");
    Files.write(file, new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc, 0, 0});
    assertTrue(refused(file).contains("torch.save"));
  }

  static boolean shared() {
    return Shared.isThere();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "best_SSIM.pt",
        "handwritten.pt",
        "variants/cli_args.pt",
        "variants/cuda_location.pt"
      })
  @EnabledIf("shared")
  void theReferenceCheckpointsHoldTheReferenceTensors(String name) throws IOException {
    Path fixture = Shared.fixture("checkpoint");
    Checkpoint checkpoint = Checkpoint.read(fixture.resolve(name));
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (String tensor :
        List.of("0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias")) {
      byte[] npy = Files.readAllBytes(fixture.resolve("tensors/layers." + tensor + ".npy"));
      expected.write(npy, 128, npy.length - 128);
    }
    java.nio.FloatBuffer floats =
        java.nio.ByteBuffer.wrap(expected.toByteArray())
            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    float[] tensors = new float[floats.remaining()];
    floats.get(tensors);
    assertArrayEquals(tensors, checkpoint.parameters());
    JsonNode all = new ObjectMapper().readTree(fixture.resolve("expected.json").toFile());
    JsonNode own = name.contains("cli") ? all.at("/variants/cli_args.pt") : all;
    assertEquals(own.get("iteration").asLong(), checkpoint.iteration());
    assertEquals(own.get("args"), new ObjectMapper().readTree(json(checkpoint.args())));
  }

  @Test
  @EnabledIf("shared")
  void theReferencesLegacyFileIsRefused() {
    Path file = Shared.fixture("checkpoint").resolve("variants/legacy_tar_like.pt");
    assertTrue(refused(file).contains("before PyTorch 1.6"));
  }

  private static String json(Map<String, Object> args) throws IOException {
    return new ObjectMapper().writeValueAsString(args);
  }

  private static String refused(Path file) {
    UserException refused = assertThrows(UserException.class, () -> Checkpoint.read(file));
    assertEquals(ExitCode.CONFIG, refused.code());
    return refused.getMessage();
  }

  private static void zip(Path file, byte[] pickle) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("x/data.pkl"));
      zip.write(pickle);
      zip.closeEntry();
    }
  }

  private Path torchFile() throws IOException {
    Path file = folder.resolve("torch.pt");
    try (InputStream in = CheckpointTest.class.getResourceAsStream("torch.pt")) {
      Files.write(file, in.readAllBytes());
    }
    return file;
  }

  private static float[] weights(long seed) {
    Random random = new Random(seed);
    float[] weights = new float[Trainer.PARAMETER_COUNT];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    return weights;
  }
}
