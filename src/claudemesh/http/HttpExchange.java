package claudemesh.http;

import claudemesh.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.UserPrincipal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One request and the means to answer it, once. Used on the connection's thread only. */
public final class HttpExchange {

  private static final String JSON = "application/json";

  private final HttpConnection connection;
  private final RequestHead head;
  private final HttpRequest request;
  private boolean answered;
  private boolean keptAlive;
  private boolean takenOver;

  HttpExchange(HttpConnection connection, RequestHead head, HttpRequest request) {
    this.connection = connection;
    this.head = head;
    this.request = request;
    this.keptAlive = head.keepsAlive();
  }

  /**
   * What was asked.
   *
   * @return the request
   */
  public HttpRequest request() {
    return request;
  }

  /**
   * Answers. {@code Date}, {@code Content-Length} and {@code Connection} are added.
   *
   * @param status the status code, 200 to 599
   * @param contentType the body's media type, such as {@code application/json}
   * @param body the body's text, sent as UTF-8; left out for HEAD, 204 and 304
   * @throws IOException if it cannot be written
   * @throws IllegalStateException if the request was answered already
   */
  public void respond(int status, String contentType, String body) throws IOException {
    respond(status, contentType, body, Map.of());
  }

  /**
   * Answers, with further header fields.
   *
   * @param status the status code, 200 to 599
   * @param contentType the body's media type
   * @param body the body's text, sent as UTF-8; left out for HEAD, 204 and 304
   * @param headers further fields; no line breaks in values
   * @throws IOException if it cannot be written
   * @throws IllegalStateException if the request was answered already
   */
  public void respond(int status, String contentType, String body, Map<String, String> headers)
      throws IOException {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("status: expected 200 to 599, got " + status);
    }
    keptAlive &= !connection.isShuttingDown();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("Date", HttpResponse.date());
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    boolean bodiless = status == 204 || status == 304;
    if (!bodiless) {
      fields.put("Content-Type", contentType);
      fields.put("Content-Length", Integer.toString(bytes.length));
    }
    fields.putAll(headers);
    if (!keptAlive) {
      fields.merge("Connection", "close", (given, close) -> given + ", " + close);
    } else if (!head.modern()) {
      fields.put("Connection", "keep-alive");
    }
    boolean headOnly = bodiless || head.method().equals("HEAD");
    answer(HttpResponse.encode(status, fields, headOnly ? new byte[0] : bytes));
  }

  /**
   * Answers with a failure: {@code {"error":"…"}}.
   *
   * @param status the status code
   * @param error what is wrong, for the body
   * @throws IOException if it cannot be written
   * @throws IllegalStateException if the request was answered already
   */
  public void respondError(int status, String error) throws IOException {
    respondError(status, error, Map.of());
  }

  /**
   * Answers a request for a WebSocket (RFC 6455 §4.2) and runs it on this thread until it ends. A
   * request that is not a proper upgrade is answered 400, 405 or 426 instead, and the handler hears
   * nothing.
   *
   * @param options the connection's limits
   * @param handler what it does
   * @return true if there was a WebSocket, which is now over
   * @throws IOException if the answer cannot be written
   * @throws IllegalStateException if the request was answered already
   */
  public boolean upgrade(WsServerOptions options, WsHandler handler) throws IOException {
    Map<String, String> fields;
    try {
      fields = WsHandshake.answer(head, options.subprotocol());
    } catch (HttpFailure e) {
      respondError(e.status(), e.getMessage(), e.headers());
      return false;
    }
    keptAlive = false;
    answer(HttpResponse.encode(101, fields, new byte[0]));
    takenOver = true;
    connection.runWebSocket(request, options, handler);
    return true;
  }

  /**
   * Answers with server-sent events (HTML standard, §9.2) and runs them on this thread until they
   * end: the head and a first comment at once, then what the handler sends. The connection's end is
   * the answer's. To HEAD only the head is sent, and the handler hears nothing.
   *
   * @param options the stream's limits
   * @param handler what it does
   * @throws IOException if the head cannot be written
   * @throws IllegalStateException if the request was answered already
   */
  public void stream(EventStreamOptions options, EventStreamHandler handler) throws IOException {
    keptAlive = false;
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("Date", HttpResponse.date());
    fields.put("Content-Type", "text/event-stream");
    fields.put("Cache-Control", "no-cache");
    fields.put("Connection", "close");
    answer(HttpResponse.encode(200, fields, new byte[0]));
    if (!head.method().equals("HEAD")) {
      takenOver = true;
      connection.runEvents(request, options, handler);
    }
  }

  /**
   * The user whose process asked, as the kernel knows it. May look into the system's user database.
   *
   * @return the user; empty over TCP, and where the system does not tell
   * @throws IOException if the connection is broken
   */
  public Optional<UserPrincipal> peerUser() throws IOException {
    return connection.peerUser();
  }

  /** Answers, if nobody has, a request that could not be read or handled; ends the connection. */
  void fail(HttpFailure failure) throws IOException {
    keptAlive = false;
    if (!answered) {
      respondError(failure.status(), failure.getMessage(), failure.headers());
    }
  }

  boolean isAnswered() {
    return answered;
  }

  boolean isKeptAlive() {
    return keptAlive;
  }

  boolean isTakenOver() {
    return takenOver;
  }

  private void respondError(int status, String error, Map<String, String> headers)
      throws IOException {
    respond(status, JSON, Json.object().put("error", error).build().toString(), headers);
  }

  private void answer(byte[] bytes) throws IOException {
    if (answered) {
      throw new IllegalStateException("this request was answered already");
    }
    answered = true;
    connection.write(bytes);
  }
}
