package claudemesh.http;

/**
 * What a connection becomes by a request that is not answered once and over: a WebSocket, or a
 * stream of events. It has the connection's thread; these calls come from others and never block.
 */
abstract class Takeover {

  /**
   * Ends what is overdue, and sends what is due.
   *
   * @param time the server's time
   */
  abstract void tick(long time);

  /** Ends politely: the server is shutting down. */
  abstract void goAway();

  /**
   * Ends at once.
   *
   * @param reason why, for its owner
   */
  abstract void abort(String reason);
}
