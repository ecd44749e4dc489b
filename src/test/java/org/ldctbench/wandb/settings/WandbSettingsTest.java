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
    "WANDB_HTTP_TIMEOUT, soon",
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

  /** What a variable sets, as text. */
  private static String value(WandbSettings settings, String variable) {
    return switch (variable) {
      case "WANDB_MODE" -> settings.mode().name();
      case "WANDB_DIR" -> settings.root().toString();
      case "WANDB_PROJECT" -> settings.project();
      case "WANDB_ENTITY" -> settings.entity();
      case "WANDB_RUN_ID" -> settings.runId();
      case "WANDB_NOTES" -> settings.notes();
      case "WANDB_RUN_GROUP" -> settings.group();
      case "WANDB_JOB_TYPE" -> settings.jobType();
      case "WANDB_TAGS" -> String.join("|", settings.tags());
      case "WANDB_SWEEP_ID" -> settings.sweepId();
      case "WANDB_SWEEP_PARAM_PATH" -> settings.sweepParameters().orElseThrow().toString();
      case "WANDB_BASE_URL" -> settings.baseUrl();
      case "WANDB_IGNORE_GLOBS" -> String.join("|", settings.ignoreGlobs());
      case "WANDB_HOST" -> settings.host();
      case "WANDB_HTTP_TIMEOUT" -> settings.queryTimeout().toString();
      case "WANDB_SILENT", "WANDB_QUIET" -> settings.talk().name();
      default -> throw new IllegalArgumentException(variable);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "WANDB_MODE, shared, ONLINE",
    "WANDB_DIR, /some/where/, /some/where",
    "WANDB_PROJECT, lab, lab",
    "WANDB_ENTITY, team, team",
    "WANDB_RUN_ID, abc-1, abc-1",
    "WANDB_NOTES, 'two words', 'two words'",
    "WANDB_RUN_GROUP, g, g",
    "WANDB_JOB_TYPE, train, train",
    "WANDB_TAGS, 'a,b', a|b",
    "WANDB_SWEEP_ID, k3v9x0qa, k3v9x0qa",
    "WANDB_SWEEP_PARAM_PATH, /a/config-b.yaml, /a/config-b.yaml",
    "WANDB_BASE_URL, https://wandb.example:8080/, https://wandb.example:8080",
    "WANDB_IGNORE_GLOBS, '*.pt,x/*', *.pt|x/*",
    "WANDB_HOST, node7, node7",
    "WANDB_HTTP_TIMEOUT, 90, PT1M30S",
    "WANDB_SILENT, True, NOTHING",
    "WANDB_QUIET, 1, PROBLEMS",
    "WANDB_QUIET, false, ALL"
  })
  void everyVariableDoesWhatItSays(String variable, String text, String expected) {
    assertEquals(expected, value(load(Map.of(variable, text)), variable));
  }

  @ParameterizedTest
  @CsvSource({
    "mode, offline, WANDB_MODE, OFFLINE",
    "project, lab, WANDB_PROJECT, lab",
    "entity, team, WANDB_ENTITY, team",
    "base_url, http://here:1, WANDB_BASE_URL, http://here:1",
    "run_notes, n, WANDB_NOTES, n",
    "run_group, g, WANDB_RUN_GROUP, g",
    "run_job_type, t, WANDB_JOB_TYPE, t",
    "run_tags, 'a,b', WANDB_TAGS, a|b",
    "ignore_globs, *.pt, WANDB_IGNORE_GLOBS, *.pt",
    "host, node7, WANDB_HOST, node7",
    "silent, true, WANDB_SILENT, NOTHING",
    "quiet, true, WANDB_QUIET, PROBLEMS"
  })
  void settingsFilesSetTheSame(String key, String text, String variable, String expected)
      throws IOException {
    Path configured = Files.createDirectories(home.resolve("elsewhere"));
    Files.writeString(configured.resolve("settings"), "[default]\n" + key + " = " + text + "\n");
    WandbSettings settings = load(Map.of("WANDB_CONFIG_DIR", configured.toString()));
    assertEquals(expected, value(settings, variable));
  }

  @Test
  void anotherNetrcMayBeNamed() throws IOException {
    Path file = home.resolve("my-netrc");
    Files.writeString(file, "machine api.wandb.ai login user password " + KEY + "\n");
    assertTrue(load(Map.of("NETRC", file.toString())).online());
    assertFalse(load(Map.of()).online());
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.wandb.ai, '', http://p:3128",
    "http://api.wandb.ai, '', http://plain:80",
    "https://api.wandb.ai, wandb.ai, ''",
    "https://api.wandb.ai, '.wandb.ai, other', ''",
    "https://api.wandb.ai, *, ''",
    "https://notwandb.ai, wandb.ai, http://p:3128",
    "https://host:8080, host:8080, ''",
    "https://host:8080, host:9090, http://p:3128",
    "http://127.0.0.1:9, '', ''",
    "http://localhost, '', ''"
  })
  void proxiesAreForTheServersThatNeedThem(String target, String except, String expected) {
    ProxyRules rules =
        load(Map.of("HTTPS_PROXY", "p:3128", "http_proxy", "http://plain:80", "NO_PROXY", except))
            .proxies();
    String proxy = rules.proxyFor(java.net.URI.create(target)).map(Object::toString).orElse("");
    assertEquals(expected, proxy);
  }

  @Test
  void aProxyAddressThatIsNoneIsRefusedWithoutItsPassword() {
    UserException problem =
        assertThrows(UserException.class, () -> load(Map.of("HTTP_PROXY", "http://u:secret@ x")));
    assertFalse(problem.getMessage().contains("secret"));
  }

  private static String basic(String key) {
    return "Basic "
        + Base64.getEncoder().encodeToString(("api:" + key).getBytes(StandardCharsets.UTF_8));
  }
}
