package claudemesh.http;

/** Skeleton. */
public final class WsConnection {

  WsConnection() {}

  /**
   * Sends a text message: queues it and returns at once, from any thread. Messages leave in the
   * order of the calls. A queue over its bounds ends the connection: a consumer this slow would
   * otherwise cost the others their memory.
   *
   * @param text the message; a lone surrogate is sent as {@code ?}
   * @return false if the connection is closing or closed, or just ended for being too slow
   */
  public boolean send(String text) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends a binary message, like {@link #send(String)}.
   *
   * @param payload the message; copied
   * @return false if the connection is closing or closed
   */
  public boolean send(byte[] payload) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends a ping, from any thread.
   *
   * @return false if the connection is closing or closed
   */
  public boolean ping() {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts the closing handshake, from any thread, and returns at once. What was sent before goes
   * out first; messages that still come in are dropped. A peer that does not answer within {@link
   * WsServerOptions#closeTimeout} is cut off. Does nothing on a connection that is ending already.
   *
   * @param code a code that may be sent: 1000 to 1003, 1007 to 1014, 3000 to 4999
   * @param reason why, for the peer; cut off at 123 bytes of UTF-8
   * @throws IllegalArgumentException if the code may not be sent
   */
  public void close(int code, String reason) {
    throw new UnsupportedOperationException();
  }

  /**
   * Ends the connection at once, from any thread: nothing more is sent, the socket is reset, and
   * {@link WsHandler#onClosed} follows with 1006 if nothing else ended it before.
   *
   * @param reason why, for {@code onClosed}
   */
  public void abort(String reason) {
    throw new UnsupportedOperationException();
  }

  /**
   * The request that was upgraded.
   *
   * @return the request
   */
  public HttpRequest request() {
    throw new UnsupportedOperationException();
  }

  /**
   * Who is at the other end.
   *
   * @return {@code address:port}
   */
  public String remoteAddress() {
    throw new UnsupportedOperationException();
  }

  /**
   * Whether messages can still be sent.
   *
   * @return false from the first cause of its end on
   */
  public boolean isOpen() {
    throw new UnsupportedOperationException();
  }

  /**
   * Bytes received since the upgrade, frames' headers included.
   *
   * @return the count
   */
  public long bytesIn() {
    throw new UnsupportedOperationException();
  }

  /**
   * Bytes written since the upgrade, frames' headers included.
   *
   * @return the count
   */
  public long bytesOut() {
    throw new UnsupportedOperationException();
  }
}
