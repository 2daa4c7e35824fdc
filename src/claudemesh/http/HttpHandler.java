package claudemesh.http;

import java.io.IOException;

/** What a server does with requests. Called on each connection's own thread, many at once. */
@FunctionalInterface
public interface HttpHandler {

  /**
   * Answers one request, by exactly one call of {@link HttpExchange#respond}, {@link
   * HttpExchange#upgrade} or {@link HttpExchange#stream}. It may block: only this connection waits.
   * A runtime exception, or no answer at all, is logged and becomes a 500.
   *
   * @param exchange the request, and the means to answer it; not to be kept
   * @throws IOException if the connection breaks; it is closed and nothing is logged
   */
  void handle(HttpExchange exchange) throws IOException;
}
