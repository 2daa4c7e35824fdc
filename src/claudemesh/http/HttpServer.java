package claudemesh.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Skeleton. */
public final class HttpServer implements AutoCloseable {

  private HttpServer() {}

  /**
   * Binds, and starts to accept.
   *
   * @param options where to listen, and the limits
   * @param handler what to do with requests
   * @return the running server
   * @throws IOException if the address cannot be had; the message names it and the cure
   */
  public static HttpServer start(HttpServerOptions options, HttpHandler handler)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Where it listens, with the port that the system chose.
   *
   * @return the address
   */
  public InetSocketAddress address() {
    throw new UnsupportedOperationException();
  }

  /**
   * How many connections are held now.
   *
   * @return the count, HTTP and WebSocket together
   */
  public int connections() {
    throw new UnsupportedOperationException();
  }

  /**
   * Moves the server's time on and ends what is overdue. Called by the server itself unless its
   * tick period is zero; tests call it to skip a wait.
   *
   * @param elapsed how much time has passed since the last call
   */
  public void tick(Duration elapsed) {
    throw new UnsupportedOperationException();
  }

  /** Stops accepting and frees the port; connections live on. Idempotent. */
  public void stopAccepting() {
    throw new UnsupportedOperationException();
  }

  /**
   * Stops accepting, closes WebSockets with 1001, lets running requests end, cuts what is left
   * after two seconds, and waits until every thread of this server has ended. Idempotent; not to be
   * called from a handler, which it would wait for.
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
