package claudemesh.daemon;

import claudemesh.http.HttpRequest;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A request that was let through, and the session in whose name it asks. Immutable.
 *
 * <pre>
 *   /v1/sessions/register        subject "sessions", rest "register"
 * </pre>
 */
final class ApiRequest {

  private static final String ROOT = "/v1/";
  private static final String SESSION = "claudemesh-session ";
  private static final int MOST_ROWS = 10_000;

  private final HttpRequest http;
  private final String subject;
  private final String rest;
  private final Optional<String> token;
  private final Optional<RegisteredSession> session;

  ApiRequest(HttpRequest http, Sessions sessions) {
    this.http = http;
    String path = http.path().startsWith(ROOT) ? http.path().substring(ROOT.length()) : "";
    int slash = path.indexOf('/');
    this.subject = slash < 0 ? path : path.substring(0, slash);
    this.rest = slash < 0 ? "" : path.substring(slash + 1);
    this.token = http.header("Authorization").flatMap(ApiRequest::sessionToken);
    this.session = token.flatMap(sessions::find);
  }

  private static Optional<String> sessionToken(String authorization) {
    String given = authorization.strip().toLowerCase(Locale.ROOT);
    return given.startsWith(SESSION)
        ? Optional.of(given.substring(SESSION.length()).strip())
        : Optional.empty();
  }

  /** The first word behind {@code /v1/}; empty if the path is none of ours. */
  String subject() {
    return subject;
  }

  /** What follows the subject and its slash. */
  String rest() {
    return rest;
  }

  /** Method and rest, for a switch: {@code "POST register"}, {@code "GET "}. */
  String verb() {
    return http.method() + " " + rest;
  }

  String method() {
    return http.method();
  }

  /** A header field. */
  Optional<String> header(String name) {
    return http.header(name);
  }

  /** A parameter of the query; empty if it is absent or empty. */
  Optional<String> query(String name) {
    return http.query(name).filter(value -> !value.isEmpty());
  }

  /**
   * The session that asks.
   *
   * @return the session; empty if none is named
   * @throws ApiRefusal if one is named that is not registered: to answer as the member instead
   *     would show and send in another name than the caller takes for its own
   */
  Optional<RegisteredSession> session() throws ApiRefusal {
    if (token.isPresent() && session.isEmpty()) {
      throw new ApiRefusal(
          401,
          "unknown session token",
          "no session is registered under this token (any more): register it again, or ask without"
              + " a session token");
    }
    return session;
  }

  /** The session that asks, where it only adds to the answer. */
  Optional<RegisteredSession> sessionIfKnown() {
    return session;
  }

  /**
   * The body.
   *
   * @return its object
   * @throws ApiRefusal if it is none
   */
  Json body() throws ApiRefusal {
    if (http.body().isBlank()) {
      throw new ApiRefusal(400, "expected JSON object");
    }
    Json body;
    try {
      body = Json.parse(http.body());
    } catch (JsonException e) {
      throw new ApiRefusal(400, "invalid JSON", e.getMessage());
    }
    if (!body.isObject()) {
      throw new ApiRefusal(400, "expected JSON object");
    }
    return body;
  }

  /**
   * A text that the body must have.
   *
   * @throws ApiRefusal if it is missing, empty or no string
   */
  static String required(Json body, String field) throws ApiRefusal {
    Optional<String> text = body.get(field).filter(Json::isString).map(Json::asString);
    if (text.isEmpty() || text.get().isBlank()) {
      throw new ApiRefusal(400, "missing '" + field + "'");
    }
    return text.get();
  }

  /** A switch of the query: {@code true} or {@code false}. */
  boolean flag(String name, boolean absent) {
    return query(name).map(value -> !value.equals("false")).orElse(absent);
  }

  /**
   * How many rows are wanted.
   *
   * @param absent how many if it is not said
   * @throws ApiRefusal if it is no number from 1 to 10 000
   */
  int limit(int absent) throws ApiRefusal {
    Optional<String> given = query("limit");
    try {
      int limit = given.isPresent() ? Integer.parseInt(given.get()) : absent;
      if (limit < 1 || limit > MOST_ROWS) {
        throw new NumberFormatException();
      }
      return limit;
    } catch (NumberFormatException e) {
      throw new ApiRefusal(
          400, "limit must be a number from 1 to " + MOST_ROWS + ", found " + given.orElse(""));
    }
  }

  /**
   * A place in an inbox, of the query.
   *
   * @throws ApiRefusal if it is no number from 0 on
   */
  OptionalLong position(String name) throws ApiRefusal {
    Optional<String> given = query(name);
    try {
      long position = given.isPresent() ? Long.parseLong(given.get()) : 0;
      if (position < 0) {
        throw new NumberFormatException();
      }
      return given.isPresent() ? OptionalLong.of(position) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      throw new ApiRefusal(
          400, name + " must be the position that a list has told, found " + given.orElse(""));
    }
  }

  /**
   * A time of the query.
   *
   * @throws ApiRefusal if it is no ISO 8601 time in UTC
   */
  Optional<Instant> time(String name) throws ApiRefusal {
    Optional<String> given = query(name);
    try {
      return given.map(Instant::parse);
    } catch (DateTimeException e) {
      throw new ApiRefusal(
          400, name + " must be a time like 2026-11-23T08:57:35Z, found " + given.orElse(""));
    }
  }
}
