package claudemesh.lifecycle;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The HTTP proxy that the environment names, as other command-line tools read it: {@code
 * http_proxy} for {@code ws}, {@code https_proxy} for {@code wss}, {@code all_proxy} for both,
 * {@code no_proxy} for exceptions; lower case before upper case. Immutable and thread-safe.
 */
final class ProxySettings {

  private final Map<String, String> environment;

  ProxySettings(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /**
   * The proxy for an address.
   *
   * @throws IllegalArgumentException if the environment names one that cannot be used: going round
   *     it silently would leave by a way that somebody closed on purpose
   */
  Optional<URI> proxyFor(URI target) {
    return isExcepted(target.getHost())
        ? Optional.empty()
        : variableFor(target).flatMap(this::variable).map(ProxySettings::requireHttp);
  }

  /**
   * The variable that names a proxy for an address.
   *
   * @return its name in lower case; empty if none does, whether or not the host is an exception
   */
  Optional<String> variableFor(URI target) {
    String own = "wss".equalsIgnoreCase(target.getScheme()) ? "https_proxy" : "http_proxy";
    return Stream.of(own, "all_proxy").filter(name -> variable(name).isPresent()).findFirst();
  }

  /** The name of a variable as the environment has it, in lower case or in upper case. */
  String spelled(String name) {
    return environment.containsKey(name) ? name : name.toUpperCase(Locale.ROOT);
  }

  /** Whether two environments send every connection the same way. */
  static boolean sameWays(Map<String, String> one, Map<String, String> other) {
    return one.equals(other) || named(one).equals(named(other));
  }

  private static Map<String, String> named(Map<String, String> environment) {
    ProxySettings settings = new ProxySettings(environment);
    return Stream.of("https_proxy", "http_proxy", "all_proxy", "no_proxy")
        .collect(Collectors.toMap(Function.identity(), name -> settings.variable(name).orElse("")));
  }

  /** For {@code java.net.http}, which asks with {@code http} and {@code https} addresses. */
  ProxySelector selector() {
    return new ProxySelector() {
      @Override
      public List<Proxy> select(URI uri) {
        boolean secure = uri.getScheme().equalsIgnoreCase("https");
        URI target = URI.create((secure ? "wss://" : "ws://") + uri.getRawAuthority());
        return proxyFor(target)
            .map(proxy -> new InetSocketAddress(proxy.getHost(), portOf(proxy)))
            .map(address -> List.of(new Proxy(Proxy.Type.HTTP, address)))
            .orElse(List.of(Proxy.NO_PROXY));
      }

      @Override
      public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // The attempt ends with this failure and says so itself.
      }
    };
  }

  /** Answers a proxy that asks for the credentials in its address; empty if none has any. */
  Optional<Authenticator> authenticator() {
    boolean any = proxies().anyMatch(proxy -> proxy.getRawUserInfo() != null);
    return any ? Optional.of(new ProxyAuthenticator()) : Optional.empty();
  }

  private final class ProxyAuthenticator extends Authenticator {
    @Override
    protected PasswordAuthentication getPasswordAuthentication() {
      if (getRequestorType() != RequestorType.PROXY) {
        return null;
      }
      return credentialsFor(getRequestingHost(), getRequestingPort()).orElse(null);
    }
  }

  /** The credentials in the address of the proxy at a host and port; empty if it has none. */
  Optional<PasswordAuthentication> credentialsFor(String host, int port) {
    return proxies()
        .filter(proxy -> proxy.getHost().equalsIgnoreCase(host) && portOf(proxy) == port)
        .filter(proxy -> proxy.getRawUserInfo() != null)
        .findFirst()
        .map(proxy -> credentialsOf(proxy.getRawUserInfo()));
  }

  // Those that can be used; the others are refused once something would go through them.
  private Stream<URI> proxies() {
    return Stream.of("https_proxy", "http_proxy", "all_proxy")
        .flatMap(name -> variable(name).stream())
        .flatMap(ProxySettings::usable);
  }

  private static Stream<URI> usable(String address) {
    try {
      return Stream.of(requireHttp(address));
    } catch (IllegalArgumentException unusable) {
      return Stream.empty();
    }
  }

  private static PasswordAuthentication credentialsOf(String userInfo) {
    int colon = userInfo.indexOf(':');
    String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
    String password = colon < 0 ? "" : userInfo.substring(colon + 1);
    return new PasswordAuthentication(unescape(user), unescape(password).toCharArray());
  }

  private static String unescape(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Whether {@code no_proxy} lists a host. */
  boolean isExcepted(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    for (String entry : variable("no_proxy").orElse("").split("[,\\s]+")) {
      String suffix = entry.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", "");
      boolean matches = name.equals(suffix) || name.endsWith("." + suffix);
      if (entry.equals("*") || !suffix.isEmpty() && matches) {
        return true;
      }
    }
    return false;
  }

  private Optional<String> variable(String name) {
    String value = environment.getOrDefault(name, environment.get(name.toUpperCase(Locale.ROOT)));
    return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
  }

  private static URI requireHttp(String address) {
    URI uri = URI.create(address.contains("://") ? address : "http://" + address);
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    if (scheme.startsWith("socks")) {
      throw new IllegalArgumentException(
          "the environment names a SOCKS proxy ("
              + scheme
              + "://"
              + uri.getHost()
              + "), which this program cannot use: name an HTTP proxy in https_proxy, or list the"
              + " host in no_proxy to go direct");
    }
    if (!scheme.equals("http") || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "expected a proxy like http://host:port, found one with scheme \"" + scheme + "\"");
    }
    return uri;
  }

  static int portOf(URI proxy) {
    return proxy.getPort() < 0 ? 80 : proxy.getPort();
  }
}
