package org.ldctbench.wandb.settings;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * Which requests go through a proxy: {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY},
 * in lower case too, as the W&B client reads them. This machine itself never needs one.
 */
public final class ProxyRules {
  private final Map<String, String> environment;

  private ProxyRules(Map<String, String> environment) {
    this.environment = environment;
  }

  static ProxyRules of(Map<String, String> environment) {
    ProxyRules rules = new ProxyRules(Map.copyOf(environment));
    rules.proxy("http");
    rules.proxy("https"); // A bad address is told at once.
    return rules;
  }

  /** The proxy for an address, if it needs one: scheme, perhaps user, host and port. */
  public Optional<URI> proxyFor(URI target) {
    return bypassed(target) ? Optional.empty() : proxy(target.getScheme());
  }

  private Optional<URI> proxy(String scheme) {
    String name = scheme.toUpperCase(Locale.ROOT) + "_PROXY";
    String text = variable(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI uri = URI.create(text.contains("://") ? text : "http://" + text);
      if (uri.getHost() != null && uri.getScheme().matches("https?")) {
        return Optional.of(uri);
      }
    } catch (IllegalArgumentException e) {
      throw bad(name, e); // Not repeated: it may hold a password.
    }
    throw bad(name, null);
  }

  private static UserException bad(String name, Exception cause) {
    return new UserException(
        ExitCode.CONFIG, name + " is no address such as http://proxy.example:3128", cause);
  }

  private boolean bypassed(URI target) {
    String host = target.getHost().toLowerCase(Locale.ROOT);
    if (host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]")) {
      return true;
    }
    List<String> exceptions =
        List.of(variable("NO_PROXY").toLowerCase(Locale.ROOT).split("[,\\s]+", -1));
    return exceptions.stream().anyMatch(rule -> covers(rule, host, target.getPort()));
  }

  /** A rule is {@code *}, a host, or a domain with all below it, with or without a port. */
  private static boolean covers(String rule, String host, int port) {
    String name = rule.replaceFirst("^\\*?\\.", "");
    if (name.endsWith(":" + port)) {
      name = name.substring(0, name.lastIndexOf(':'));
    }
    return rule.equals("*")
        || (!name.isEmpty() && (host.equals(name) || host.endsWith("." + name)));
  }

  private String variable(String name) {
    String upper = environment.getOrDefault(name, "");
    return upper.isEmpty() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : upper;
  }
}
