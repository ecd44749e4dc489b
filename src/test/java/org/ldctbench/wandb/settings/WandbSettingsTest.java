package org.ldctbench.wandb.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.common.UserException;

class WandbSettingsTest {
  private static final String KEY = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path home;
  @TempDir Path work;

  private WandbSettings load(Map<String, String> environment) {
    return WandbSettings.load(environment, work, home);
  }

  @Test
  void withNothingSetRunsWouldGoToThePublicServer() {
    WandbSettings settings = load(Map.of());
    assertEquals(Mode.ONLINE, settings.mode());
    assertFalse(settings.online(), "no key");
    assertEquals("https://api.wandb.ai", settings.baseUrl());
    assertEquals("https://wandb.ai", settings.appUrl());
    assertEquals(work.resolve("wandb"), settings.wandbFolder());
  }

  @ParameterizedTest
  @CsvSource({
    "online, ONLINE",
    "run, ONLINE",
    "offline, OFFLINE",
    "dryrun, OFFLINE",
    "disabled, DISABLED"
  })
  void modesHaveTheNamesOfTheOriginal(String word, Mode mode) {
    assertEquals(mode, load(Map.of("WANDB_MODE", word)).mode());
  }

  @ParameterizedTest
  @CsvSource({
    "WANDB_MODE, Offline",
    "WANDB_RUN_ID, ''",
    "WANDB_RUN_ID, a/b",
    "WANDB_RUN_ID, ..",
    "WANDB_RUN_ID, ' a'",
    "WANDB_PROJECT, a#b",
    "WANDB_BASE_URL, localhost",
    "'WANDB_TAGS', 'a,,b'"
  })
  void badValuesAreRefusedByName(String name, String value) {
    UserException problem = assertThrows(UserException.class, () -> load(Map.of(name, value)));
    assertTrue(
        problem.getMessage().contains(name.replace("WANDB_PROJECT", "project")),
        problem.getMessage());
  }

  @Test
  void laterSourcesWin() throws IOException {
    Files.createDirectories(home.resolve(".config/wandb"));
    Files.writeString(
        home.resolve(".config/wandb/settings"),
        "[default]\nproject = global\nentity = team\nmode = offline\n");
    Files.createDirectories(work.resolve("wandb"));
    Files.writeString(
        work.resolve("wandb/settings"), "[other]\nentity=no\n[default]\n# c\nproject = local\n");
    WandbSettings settings = load(Map.of());
    assertEquals("local", settings.project());
    assertEquals("team", settings.entity());
    assertEquals(Mode.OFFLINE, settings.mode());
    settings = load(Map.of("WANDB_PROJECT", "env", "WANDB_MODE", "online"));
    assertEquals("env", settings.project());
    assertEquals(Mode.ONLINE, settings.mode());
  }

  @Test
  void tagsAreSplitAtCommasAndNotTrimmed() {
    assertEquals(List.of("a", " b"), load(Map.of("WANDB_TAGS", "a, b")).tags());
  }

  @Test
  void aHiddenFolderIsUsedWhereItExists() throws IOException {
    Files.createDirectory(work.resolve(".wandb"));
    assertEquals(work.resolve(".wandb"), load(Map.of()).wandbFolder());
  }

  @Test
  void theKeyOfTheEnvironmentWinsOverNetrc() throws IOException {
    Files.writeString(
        home.resolve(".netrc"),
        "machine other login user password no\nmachine 127.0.0.1:99\n  login user\n  password "
            + "local-"
            + KEY
            + "\n");
    Map<String, String> server = Map.of("WANDB_BASE_URL", "http://127.0.0.1:99/");
    assertEquals(basic("local-" + KEY), load(server).requireKey().authorization());
    assertFalse(load(Map.of("WANDB_BASE_URL", "http://127.0.0.1")).online());
    assertEquals(basic(KEY), load(Map.of("WANDB_API_KEY", KEY)).requireKey().authorization());
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "0123456789abcdef0123456789abcdef0123456789 with blanks"})
  void aKeyThatCannotBeOneIsRefusedWithoutRepeatingIt(String text) {
    WandbSettings settings = load(Map.of("WANDB_API_KEY", text));
    UserException problem =
        assertThrows(UserException.class, () -> settings.requireKey().authorization());
    assertFalse(problem.getMessage().contains(text));
    assertFalse(settings.toString().contains(text));
  }

  private static String basic(String key) {
    return "Basic "
        + Base64.getEncoder().encodeToString(("api:" + key).getBytes(StandardCharsets.UTF_8));
  }
}
