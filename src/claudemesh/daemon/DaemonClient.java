package claudemesh.daemon;

import claudemesh.crypto.Keys;
import claudemesh.crypto.SecretFiles;
import claudemesh.http.UnixEvents;
import claudemesh.http.UnixHttpClient;
import claudemesh.http.UnixHttpException;
import claudemesh.http.UnixHttpReply;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.json.Log;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Asks a running daemon, in the name of a session if the environment names one. The API is HTTP
 * with JSON (protocol.md §8) and this is all that is known of it: paths and objects.
 *
 * <p>It stands on the way of every short verb, so it is one plain class over another: no {@code
 * java.net.http}, no threads of its own. Immutable and thread-safe.
 */
public final class DaemonClient {

  /** Where programs find the token of their session: in a variable, or in a file that one names. */
  public static final String TOKEN = "CLAUDEMESH_SESSION_TOKEN";

  /** The variable of deployed clients that holds a token. */
  public static final String DEPLOYED_TOKEN = "CLAUDEMESH_IPC_TOKEN";

  /**
   * The variable of deployed clients that names a file with a token, which {@code ps} shows not.
   */
  public static final String TOKEN_FILE = "CLAUDEMESH_IPC_TOKEN_FILE";

  /** The daemon answers when a broker has, or has had its 15 s. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int MAX_TOKEN_BYTES = 1_024;
  private static final String UNRESERVED = "-._~";

  private final Path socket;
  private final UnixHttpClient http;
  private final Map<String, String> headers;

  private final Duration patience;

  private DaemonClient(
      Path socket, UnixHttpClient http, Map<String, String> headers, Duration patience) {
    this.socket = socket;
    this.http = http;
    this.headers = headers;
    this.patience = patience;
  }

  private static DaemonClient of(Path socket, String token) {
    Map<String, String> fields = new HashMap<>();
    if (!token.isEmpty()) {
      fields.put("Authorization", "ClaudeMesh-Session " + token);
    }
    return new DaemonClient(socket, UnixHttpClient.of(socket), fields, PATIENCE);
  }

  /**
   * The same client with another patience than 30 s.
   *
   * @param timeout how long a request may take, from connecting to the answer's last byte; more
   *     than nothing
   * @return the client
   */
  public DaemonClient within(Duration timeout) {
    return new DaemonClient(socket, http, headers, timeout);
  }

  /**
   * Finds the daemon of this environment. It is there if it can be connected to; files prove
   * nothing.
   *
   * @param environment the process's variables
   * @return a client, that speaks for the session whose token the variables hold; empty if no
   *     daemon listens
   */
  public static Optional<DaemonClient> find(Map<String, String> environment) {
    Path socket = DaemonFolder.of(environment).socket();
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException | UnsupportedOperationException e) {
      Log.debug("no_daemon", "socket", socket, "why", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
    return Optional.of(of(socket, token(environment)));
  }

  /**
   * A client of the daemon at a socket. Connects to nothing yet.
   *
   * @param socket the daemon's Unix socket
   * @param token the session to speak for; empty for the member
   * @return the client
   */
  public static DaemonClient at(Path socket, Optional<String> token) {
    return of(socket, token.orElse(""));
  }

  /** The token of the session that this process belongs to; empty text if it belongs to none. */
  private static String token(Map<String, String> environment) {
    String token = environment.getOrDefault(TOKEN, "");
    if (token.isEmpty()) {
      token = environment.getOrDefault(DEPLOYED_TOKEN, "");
    }
    String file = environment.getOrDefault(TOKEN_FILE, "");
    if (token.isEmpty() && !file.isEmpty()) {
      try {
        token = SecretFiles.read(Path.of(file), MAX_TOKEN_BYTES).strip();
      } catch (IOException e) {
        Log.warn("session_token_unreadable", "variable", TOKEN_FILE, "file", file);
      }
    }
    String lower = token.toLowerCase(Locale.ROOT);
    if (!lower.isEmpty() && !Keys.isPublicHex(lower)) {
      Log.warn("session_token_ignored", "expected", "64 hexadecimal digits");
      return "";
    }
    return lower;
  }

  /**
   * Whether it speaks for a session.
   *
   * @return false if it speaks for the member
   */
  public boolean speaksForSession() {
    return !headers.isEmpty();
  }

  /**
   * Where the daemon listens.
   *
   * @return its Unix socket
   */
  public Path socket() {
    return socket;
  }

  /**
   * Asks for something.
   *
   * @param path such as {@code /v1/peers}
   * @param query names and values in turn; a null value leaves its name out
   * @return the answer's object
   * @throws DaemonException if the daemon refuses, or cannot be asked
   */
  public Json get(String path, String... query) throws DaemonException {
    return ask("GET", target(path, query), headers, "");
  }

  /**
   * Has something done.
   *
   * @param path such as {@code /v1/state}
   * @param body what to do it with
   * @return the answer's object
   * @throws DaemonException if the daemon refuses, or cannot be asked
   */
  public Json post(String path, Json body) throws DaemonException {
    return ask("POST", path, headers, body.toString());
  }

  /**
   * Has something removed.
   *
   * @param path such as {@code /v1/inbox}; an id in it as {@link #encoded}
   * @param query names and values in turn; a null value leaves its name out
   * @return the answer's object
   * @throws DaemonException if the daemon refuses, or cannot be asked
   */
  public Json delete(String path, String... query) throws DaemonException {
    return ask("DELETE", target(path, query), headers, "");
  }

  /**
   * Follows what happens.
   *
   * @param lastEventId the last event that was heard; null to begin with the next one
   * @param query names and values in turn; a null value leaves its name out
   * @return the events, to be closed; each one's data is an object
   * @throws DaemonException if the daemon refuses, or cannot be asked
   */
  public UnixEvents events(String lastEventId, String... query) throws DaemonException {
    Map<String, String> fields = new HashMap<>(headers);
    if (lastEventId != null && !lastEventId.isEmpty()) {
      fields.put("Last-Event-ID", lastEventId);
    }
    try {
      UnixEvents events = http.events(target("/v1/events", query), fields, patience);
      if (events.refusal().isPresent()) {
        events.close();
        throw refusal(events.refusal().get());
      }
      return events;
    } catch (UnixHttpException e) {
      throw unanswered(e);
    }
  }

  /**
   * Follows what happens, for who knows no HTTP.
   *
   * @param lastEventId the last event that was heard; null to begin with the next one
   * @param query names and values in turn; a null value leaves its name out
   * @return the events, to be closed
   * @throws DaemonException if the daemon refuses, or cannot be asked
   */
  public DaemonEvents follow(String lastEventId, String... query) throws DaemonException {
    return new DaemonEvents(events(lastEventId, query));
  }

  private Json ask(String method, String target, Map<String, String> fields, String body)
      throws DaemonException {
    UnixHttpReply reply;
    try {
      reply = http.request(method, target, fields, body, patience);
    } catch (UnixHttpException e) {
      throw unanswered(e);
    }
    if (reply.status() >= 300) {
      throw refusal(reply);
    }
    try {
      return Json.parseObject(reply.body());
    } catch (JsonException e) {
      throw new DaemonException(
          reply.status(), "malformed", "the daemon's answer is " + e.getMessage(), "{}");
    }
  }

  private static DaemonException refusal(UnixHttpReply reply) {
    Json body;
    try {
      body = Json.parseObject(reply.body());
    } catch (JsonException e) {
      body = Json.parseObject("{}");
    }
    String code = "http_" + reply.status();
    String detail = "the daemon answered " + reply.status();
    try {
      code = body.string("error", code);
      detail = body.string("detail", body.string("error", detail));
    } catch (JsonException e) {
      detail = "the daemon answered " + reply.status() + " with an error that is no text";
    }
    return new DaemonException(reply.status(), code, detail, body.toString());
  }

  private static DaemonException unanswered(UnixHttpException failure) {
    boolean late = failure.kind() == UnixHttpException.Kind.TIMEOUT;
    return new DaemonException(
        DaemonException.NONE,
        late ? DaemonException.TIMEOUT : DaemonException.UNREACHABLE,
        "the daemon: " + failure.getMessage(),
        "{}");
  }

  private static String target(String path, String... query) {
    if (query.length % 2 != 0) {
      throw new IllegalArgumentException(
          "expected names and values in turn, got " + query.length + " words");
    }
    StringBuilder target = new StringBuilder(path);
    char joint = '?';
    for (int i = 0; i < query.length; i += 2) {
      if (query[i + 1] != null) {
        target.append(joint).append(encoded(query[i])).append('=').append(encoded(query[i + 1]));
        joint = '&';
      }
    }
    return target.toString();
  }

  /**
   * A text as it may stand in a path or query (RFC 3986 §2.1).
   *
   * @param text any text
   * @return the same, percent-encoded
   */
  public static String encoded(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 16);
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      char unit = (char) (each & 0xff);
      boolean plain =
          unit >= 'a' && unit <= 'z'
              || unit >= 'A' && unit <= 'Z'
              || unit >= '0' && unit <= '9'
              || UNRESERVED.indexOf(unit) >= 0;
      if (plain) {
        encoded.append(unit);
      } else {
        encoded.append('%').append(hex(unit >> 4)).append(hex(unit & 15));
      }
    }
    return encoded.toString();
  }

  private static char hex(int digit) {
    return Character.toUpperCase(Character.forDigit(digit, 16));
  }
}
