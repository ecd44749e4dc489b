package org.ldctbench.wandb.settings;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * What the surroundings say about W&B: defaults, the global settings file, the settings file of the
 * folder, then environment variables; later ones win. Texts that nobody set are empty.
 *
 * @param root the folder that holds {@code wandb/}
 * @param runId wanted run id, or empty for a random one
 * @param sweepId the sweep that the run belongs to; its project and entity then win over the code's
 * @param sweepParameters the parameters that an agent chose for this run
 * @param baseUrl address of the server without a slash at the end
 * @param ignoreGlobs files of a run that are not uploaded
 * @param queryTimeout limit of one request that is neither a stream nor a file
 */
public record WandbSettings(
    Mode mode,
    Path root,
    String project,
    String entity,
    String runId,
    String notes,
    String group,
    String jobType,
    List<String> tags,
    String sweepId,
    Optional<Path> sweepParameters,
    String baseUrl,
    Optional<ApiKey> key,
    List<String> ignoreGlobs,
    String host,
    Duration queryTimeout,
    Talk talk,
    ProxyRules proxies) {
  private static final String PUBLIC_SERVER = "https://api.wandb.ai";
  private static final Pattern BAD_IN_RUN_ID = Pattern.compile("[:;,#?/'\\x00]|^\\s|\\s$|^\\.*$");
  private static final Pattern BAD_IN_PROJECT = Pattern.compile("[/\\\\#?%:]");

  /** Names in settings files of what the environment calls otherwise. */
  private static final Map<String, String> FILE_KEYS =
      Map.ofEntries(
          Map.entry("mode", "WANDB_MODE"),
          Map.entry("project", "WANDB_PROJECT"),
          Map.entry("entity", "WANDB_ENTITY"),
          Map.entry("base_url", "WANDB_BASE_URL"),
          Map.entry("ignore_globs", "WANDB_IGNORE_GLOBS"),
          Map.entry("run_notes", "WANDB_NOTES"),
          Map.entry("run_group", "WANDB_RUN_GROUP"),
          Map.entry("run_job_type", "WANDB_JOB_TYPE"),
          Map.entry("run_tags", "WANDB_TAGS"),
          Map.entry("host", "WANDB_HOST"),
          Map.entry("silent", "WANDB_SILENT"),
          Map.entry("quiet", "WANDB_QUIET"));

  /** The settings of this process. */
  public static WandbSettings load() {
    return load(System.getenv());
  }

  /** The settings of a run of this process whose environment differs, e.g. one of a sweep. */
  public static WandbSettings load(Map<String, String> environment) {
    return load(environment, Path.of(""), Path.of(System.getProperty("user.home")));
  }

  /**
   * The settings of a process with this environment.
   *
   * @throws UserException with code CONFIG that names the variable or file with a bad value
   */
  public static WandbSettings load(Map<String, String> environment, Path workingFolder, Path home) {
    Path root = workingFolder.resolve(environment.getOrDefault("WANDB_DIR", "")).toAbsolutePath();
    String global = environment.getOrDefault("WANDB_CONFIG_DIR", "");
    Path globalFolder = global.isEmpty() ? home.resolve(".config/wandb") : Path.of(global);
    Map<String, String> values = new HashMap<>();
    merge(values, SettingsFile.read(globalFolder.resolve("settings")));
    merge(values, SettingsFile.read(wandbFolder(root.normalize()).resolve("settings")));
    environment.forEach(
        (name, value) -> {
          if (!value.isEmpty()) {
            values.put(name, value);
          }
        });
    if (environment.getOrDefault("WANDB_RUN_ID", "x").isEmpty()) {
      throw bad("WANDB_RUN_ID is empty; unset it for a random id");
    }
    String baseUrl = baseUrl(values.getOrDefault("WANDB_BASE_URL", PUBLIC_SERVER));
    return new WandbSettings(
        mode(values.getOrDefault("WANDB_MODE", "online")),
        root.normalize(),
        checkedProject(values.getOrDefault("WANDB_PROJECT", "")),
        values.getOrDefault("WANDB_ENTITY", ""),
        checkedRunId(values.getOrDefault("WANDB_RUN_ID", "")),
        values.getOrDefault("WANDB_NOTES", ""),
        values.getOrDefault("WANDB_RUN_GROUP", ""),
        values.getOrDefault("WANDB_JOB_TYPE", ""),
        checkedTags(list(values.getOrDefault("WANDB_TAGS", ""))),
        values.getOrDefault("WANDB_SWEEP_ID", ""),
        Optional.ofNullable(values.get("WANDB_SWEEP_PARAM_PATH")).map(workingFolder::resolve),
        baseUrl,
        ApiKey.find(environment, home, URI.create(baseUrl).getAuthority()),
        list(values.getOrDefault("WANDB_IGNORE_GLOBS", "")),
        values.getOrDefault("WANDB_HOST", ""),
        Duration.ofSeconds(seconds("WANDB_HTTP_TIMEOUT", values, 30)),
        talk(values),
        ProxyRules.of(environment));
  }

  /** The same with another mode; {@code --dryrun} means {@link Mode#OFFLINE}. */
  public WandbSettings with(Mode other) {
    return new WandbSettings(
        other,
        root,
        project,
        entity,
        runId,
        notes,
        group,
        jobType,
        tags,
        sweepId,
        sweepParameters,
        baseUrl,
        key,
        ignoreGlobs,
        host,
        queryTimeout,
        talk,
        proxies);
  }

  /** Whether runs are sent to the server while they go on: asked for, and a key is at hand. */
  public boolean online() {
    return mode == Mode.ONLINE && key.isPresent();
  }

  /**
   * The key for talking to the server.
   *
   * @throws UserException if there is none
   */
  public ApiKey requireKey() {
    return key.orElseThrow(
        () ->
            bad(
                "no W&B API key for "
                    + baseUrl
                    + "; set WANDB_API_KEY or add the machine to ~/.netrc"));
  }

  /** {@code <root>/wandb}, or {@code <root>/.wandb} where that exists. */
  public Path wandbFolder() {
    return wandbFolder(root);
  }

  /** Address of the web pages. */
  public String appUrl() {
    return baseUrl.equals(PUBLIC_SERVER) ? "https://wandb.ai" : baseUrl;
  }

  /** Address of a sweep's page. */
  public String sweepUrl(String sweepEntity, String sweepProject, String id) {
    return String.join("/", appUrl(), sweepEntity, sweepProject, "sweeps", id);
  }

  /** A project name that the server accepts, or a {@link UserException}. */
  public static String checkedProject(String name) {
    if (name.length() > 128 || BAD_IN_PROJECT.matcher(name).find()) {
      throw bad(
          "W&B project '" + name + "': at most 128 characters and none of / \\ # ? % : please");
    }
    return name;
  }

  private static String checkedRunId(String id) {
    if (!id.isEmpty() && (id.length() > 128 || BAD_IN_RUN_ID.matcher(id).find())) {
      throw bad(
          "WANDB_RUN_ID '"
              + id
              + "': no blanks around it, none of : ; , # ? / ' and at most 128"
              + " characters please");
    }
    return id;
  }

  private static List<String> checkedTags(List<String> tags) {
    for (String tag : tags) {
      if (tag.isEmpty() || tag.length() > 64) {
        throw bad("WANDB_TAGS: a tag has 1 to 64 characters, unlike '" + tag + "'");
      }
    }
    return tags;
  }

  private static Mode mode(String word) {
    return Mode.of(word)
        .orElseThrow(
            () ->
                bad(
                    "WANDB_MODE '"
                        + word
                        + "' is not one of online, offline, dryrun, disabled, run"));
  }

  private static Talk talk(Map<String, String> values) {
    if (flag("WANDB_SILENT", values)) {
      return Talk.NOTHING;
    }
    return flag("WANDB_QUIET", values) ? Talk.PROBLEMS : Talk.ALL;
  }

  private static boolean flag(String name, Map<String, String> values) {
    return values.getOrDefault(name, "").toLowerCase(Locale.ROOT).matches("true|1|yes|y|on|t");
  }

  private static long seconds(String name, Map<String, String> values, long otherwise) {
    String text = values.getOrDefault(name, "" + otherwise);
    if (!text.matches("[1-9]\\d{0,5}")) {
      throw bad(name + " '" + text + "' is no number of seconds above 0");
    }
    return Long.parseLong(text);
  }

  private static String baseUrl(String text) {
    String trimmed = text.replaceAll("/+$", "");
    try {
      URI uri = URI.create(trimmed);
      if (uri.getHost() != null && uri.getScheme().matches("https?")) {
        return trimmed;
      }
    } catch (IllegalArgumentException e) {
      throw new UserException(ExitCode.CONFIG, "WANDB_BASE_URL '" + text + "' is no address", e);
    }
    throw bad("WANDB_BASE_URL '" + text + "' is no address such as https://api.wandb.ai");
  }

  private static List<String> list(String commaSeparated) {
    return commaSeparated.isEmpty() ? List.of() : List.of(commaSeparated.split(",", -1));
  }

  private static void merge(Map<String, String> values, Map<String, String> file) {
    file.forEach(
        (key, value) -> {
          if (FILE_KEYS.containsKey(key) && !value.isEmpty()) {
            values.put(FILE_KEYS.get(key), value);
          }
        });
  }

  private static Path wandbFolder(Path root) {
    Path hidden = root.resolve(".wandb");
    return Files.isDirectory(hidden) ? hidden : root.resolve("wandb");
  }

  private static UserException bad(String message) {
    return new UserException(ExitCode.CONFIG, message);
  }
}
