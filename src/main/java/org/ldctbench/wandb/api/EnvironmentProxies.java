package org.ldctbench.wandb.api;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import okhttp3.Authenticator;
import okhttp3.Credentials;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.ldctbench.wandb.settings.ProxyRules;

/** Has a client use the proxies of the environment, else those of the Java properties. */
final class EnvironmentProxies extends ProxySelector implements Authenticator {
  private static final String HEADER = "Proxy-Authorization";

  private final ProxyRules rules;
  private final ProxySelector otherwise = ProxySelector.getDefault();

  private EnvironmentProxies(ProxyRules rules) {
    this.rules = rules;
  }

  static OkHttpClient.Builder use(ProxyRules rules, OkHttpClient.Builder client) {
    EnvironmentProxies proxies = new EnvironmentProxies(rules);
    return client.proxySelector(proxies).proxyAuthenticator(proxies);
  }

  @Override
  public List<Proxy> select(URI target) {
    Optional<URI> proxy = rules.proxyFor(target);
    if (proxy.isEmpty()) {
      return otherwise == null ? List.of(Proxy.NO_PROXY) : otherwise.select(target);
    }
    int port = proxy.get().getPort();
    InetSocketAddress address =
        InetSocketAddress.createUnresolved(proxy.get().getHost(), port < 0 ? 80 : port);
    return List.of(new Proxy(Proxy.Type.HTTP, address));
  }

  @Override
  public void connectFailed(URI target, SocketAddress address, IOException problem) {
    // The request itself fails, too, and is repeated.
  }

  /** The proxy's user and password from its address; nothing twice. */
  @Override
  public Request authenticate(Route route, Response response) {
    String user =
        rules
            .proxyFor(response.request().url().uri())
            .map(URI::getUserInfo)
            .filter(info -> response.request().header(HEADER) == null)
            .orElse("");
    int colon = user.indexOf(':');
    if (colon < 0) {
      return null;
    }
    String credentials = Credentials.basic(user.substring(0, colon), user.substring(colon + 1));
    return response.request().newBuilder().header(HEADER, credentials).build();
  }
}
