package org.ldctbench.runlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.runlog.GreyImages.Window;

class RunFolderTest {
  private static final LocalDateTime NOON = LocalDateTime.of(2026, 1, 2, 12, 0, 5);

  @TempDir Path base;
  private Map<String, String> environment;

  @BeforeEach
  void useTheTemporaryFolder() {
    environment = Map.of("WANDB_DIR", base.toString());
  }

  @Test
  void runsOfTheSameSecondHaveFoldersOfTheirOwn() throws IOException {
    RunFolder first = RunFolder.create(environment, true, NOON);
    RunFolder second = RunFolder.create(environment, true, NOON);
    assertNotEquals(first.path(), second.path());
    assertTrue(first.name().matches("20260102_120005-[a-z0-9]{8}"));
    assertEquals(base.resolve("wandb/offline-run-" + first.name()), first.path());
    assertTrue(Files.isDirectory(second.files()));
    Path latest = Files.readSymbolicLink(base.resolve("wandb/latest-run"));
    assertEquals(second.path().getFileName(), latest);
  }

  @Test
  void aGivenRunIdIsUsedAndNeverSharesAFolder() {
    Map<String, String> given = Map.of("WANDB_DIR", base.toString(), "WANDB_RUN_ID", "my-run");
    RunFolder first = RunFolder.create(given, false, NOON);
    RunFolder second = RunFolder.create(given, false, NOON);
    assertEquals("run-20260102_120005-my-run", first.path().getFileName().toString());
    assertEquals("run-20260102_120006-my-run", second.path().getFileName().toString());
    assertEquals("my-run", first.id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " a", "a/b", "a\\b", "a:b", "..\n"})
  void anUnusableRunIdIsRefused(String id) {
    Map<String, String> given = Map.of("WANDB_DIR", base.toString(), "WANDB_RUN_ID", id);
    UserException refused =
        assertThrows(UserException.class, () -> RunFolder.create(given, true, NOON));
    assertEquals(ExitCode.USAGE, refused.code());
  }

  @Test
  void aHiddenFolderThatExistsIsPreferred() throws IOException {
    Files.createDirectory(base.resolve(".wandb"));
    assertEquals(base.resolve(".wandb"), RunFolder.root(environment));
  }

  @Test
  void aRunIsFoundByFolderFilesFolderLinkAndAnyFormOfItsName() throws IOException {
    RunFolder run = RunFolder.create(environment, true, NOON);
    Files.writeString(run.files().resolve("args.yaml"), "a: 1\n");
    for (String name :
        new String[] {
          run.path().toString(),
          run.files().toString(),
          base.resolve("wandb/latest-run").toString(),
          "latest-run",
          run.name(),
          "offline-run-" + run.name()
        }) {
      RunFolder found = RunFolder.find(name, environment);
      assertEquals(run.path().toRealPath(), found.path(), name);
      assertEquals(run.name(), found.name());
      assertEquals(run.id(), found.id());
    }
    UserException refused =
        assertThrows(UserException.class, () -> RunFolder.find("nothing", environment));
    assertEquals(ExitCode.CONFIG, refused.code());
  }

  @Test
  void anImageIsGreyWindowedAndNamedByItsContent() throws Exception {
    float[] image = new float[20 * 30];
    for (int i = 0; i < image.length; i++) {
      image[i] = i;
    }
    Window window = new Window(100, 500);
    String name = GreyImages.write(base, "low dose", 40, image, 20, 30, window);
    byte[] png = Files.readAllBytes(base.resolve(name));
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(png));
    assertEquals("media/images/low dose_40_" + hash.substring(0, 20) + ".png", name);
    BufferedImage read = ImageIO.read(base.resolve(name).toFile());
    assertEquals(BufferedImage.TYPE_BYTE_GRAY, read.getType());
    assertEquals(30, read.getWidth());
    assertEquals(0, read.getRaster().getSample(0, 0, 0));
    assertEquals(128, read.getRaster().getSample(0, 10, 0)); // value 300, mid window
    assertEquals(255, read.getRaster().getSample(29, 19, 0));
  }

  @Test
  void theWindowSpansTheImageButNeverPureNoise() {
    float[] wide = new float[1000];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = i;
    }
    assertEquals(new Window(10, 989), Window.of(wide));
    float[] flat = new float[100];
    Window narrowest = Window.of(flat);
    assertTrue(narrowest.white() - narrowest.black() >= 80);
    assertEquals(0, narrowest.white() + narrowest.black());
  }
}
