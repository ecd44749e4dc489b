package org.ldctbench.wandb.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringTokenizer;
import java.util.regex.Pattern;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** The secret that W&B knows a user by. It never appears in text, only in the request header. */
public final class ApiKey {
  private static final Pattern FORM = Pattern.compile("(?:[A-Za-z0-9]+-)?[A-Za-z0-9_-]{40,}");

  private final String secret;
  private final String origin;

  private ApiKey(String secret, String origin) {
    this.secret = secret;
    this.origin = origin;
  }

  /**
   * {@code WANDB_API_KEY}, else the password of {@code authority} (host, and port if the base URL
   * names one) in {@code ~/.netrc} or the file that {@code NETRC} names.
   */
  static Optional<ApiKey> find(Map<String, String> environment, Path home, String authority) {
    String variable = environment.getOrDefault("WANDB_API_KEY", "").strip();
    if (!variable.isEmpty()) {
      return Optional.of(new ApiKey(variable, "WANDB_API_KEY"));
    }
    String named = environment.getOrDefault("NETRC", "");
    List<Path> files =
        named.isEmpty()
            ? List.of(home.resolve(".netrc"), home.resolve("_netrc"))
            : List.of(Path.of(named));
    for (Path file : files) {
      Optional<String> password = password(file, authority);
      if (password.isPresent()) {
        return Optional.of(new ApiKey(password.get(), file.toString()));
      }
    }
    return Optional.empty();
  }

  /**
   * Value of the {@code Authorization} header.
   *
   * @throws UserException if the key cannot be one
   */
  public String authorization() {
    if (!FORM.matcher(secret).matches()) {
      throw new UserException(
          ExitCode.CONFIG,
          "the W&B API key from "
              + origin
              + " is not one (at least 40 letters, digits, '_' or '-'); copy it again from"
              + " https://wandb.ai/authorize, or set WANDB_MODE=offline");
    }
    byte[] credentials = ("api:" + secret).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(credentials);
  }

  @Override
  public String toString() {
    return "key from " + origin;
  }

  private static Optional<String> password(Path file, String authority) {
    StringTokenizer words;
    try {
      words = new StringTokenizer(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UserException(
          ExitCode.CONFIG, file + ": cannot be read (" + e.getMessage() + ")", e);
    }
    boolean ours = false;
    while (words.hasMoreTokens()) {
      String word = words.nextToken();
      if (word.equals("default")) {
        ours = false;
      } else if (words.hasMoreTokens()) {
        String value = words.nextToken();
        if (word.equals("machine")) {
          ours = value.equals(authority);
        } else if (ours && word.equals("password")) {
          return Optional.of(value);
        }
      }
    }
    return Optional.empty();
  }
}
