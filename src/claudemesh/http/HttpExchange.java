package claudemesh.http;

import java.io.IOException;
import java.util.Map;

/** One request and the means to answer it, once. Used on the connection's thread only. */
public final class HttpExchange {

  private final HttpRequest request;

  HttpExchange(HttpRequest request) {
    this.request = request;
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
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }
}
