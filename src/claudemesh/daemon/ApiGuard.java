package claudemesh.daemon;

import claudemesh.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Who may ask at all, before anything is looked at (protocol.md §8). A browser must not get through
 * whatever page it shows: so no Origin, and no host name that a page could point here. Over the
 * Unix socket the file's permissions and the peer's user are the rest of it; over TCP, a secret
 * that only who may read the daemon's folder knows. Immutable and thread-safe.
 */
final class ApiGuard {

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");
  private static final String BEARER = "bearer ";

  private final Optional<byte[]> secret;

  private ApiGuard(Optional<byte[]> secret) {
    this.secret = secret;
  }

  /** For requests that come over the Unix socket. */
  static ApiGuard ofUnixSocket() {
    return new ApiGuard(Optional.empty());
  }

  /**
   * For requests that come over TCP.
   *
   * @param localToken what they must show
   */
  static ApiGuard ofTcp(String localToken) {
    return new ApiGuard(Optional.of(localToken.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Looks at a request.
   *
   * @return why it is refused; empty if it is let through
   */
  Optional<ApiReply> refusal(HttpRequest request) {
    if (request.query("token").isPresent()) {
      // A query ends up in logs and histories.
      return refused(400, "token must be in Authorization header, not query string");
    }
    if (request.header("Host").filter(host -> !isLoopback(host)).isPresent()) {
      return refused(403, "forbidden host");
    }
    if (request.header("Origin").isPresent()) {
      return refused(403, "forbidden origin");
    }
    return secret.flatMap(expected -> withoutSecret(request, expected));
  }

  private static Optional<ApiReply> withoutSecret(HttpRequest request, byte[] expected) {
    String given = request.header("Authorization").orElse("").strip();
    if (!given.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      return refused(401, "missing bearer token");
    }
    byte[] shown = given.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(shown, expected)
        ? Optional.empty()
        : refused(401, "invalid bearer token");
  }

  /** A name with or without a port; one without is compared whole, since IPv6 has colons. */
  static boolean isLoopback(String host) {
    String name = host.strip().toLowerCase(Locale.ROOT);
    int colon = name.lastIndexOf(':');
    boolean hasPort = colon > 0 && name.substring(colon + 1).chars().allMatch(Character::isDigit);
    return name.isEmpty()
        || LOOPBACK.contains(name)
        || hasPort && LOOPBACK.contains(name.substring(0, colon));
  }

  private static Optional<ApiReply> refused(int status, String error) {
    return Optional.of(ApiReply.error(status, error));
  }
}
