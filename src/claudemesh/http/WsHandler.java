package claudemesh.http;

/**
 * What one WebSocket connection does. Every method is called on the connection's own virtual
 * thread, never two at once, in this order:
 *
 * <pre>
 *   onOpen ─► ( onText | onBinary | onPing | onPong )* ─► onClosed
 * </pre>
 *
 * <p>Methods may block; the connection then reads nothing more, and its peer feels it as back
 * pressure. A runtime exception is logged and ends the connection with 1011.
 */
public interface WsHandler {

  /**
   * The upgrade is answered; sending works from here on.
   *
   * @param connection the new connection
   */
  default void onOpen(WsConnection connection) {}

  /**
   * A whole text message came, valid UTF-8.
   *
   * @param connection where it came from
   * @param text the message
   */
  void onText(WsConnection connection, String text);

  /**
   * A whole binary message came. Ignored by default.
   *
   * @param connection where it came from
   * @param payload the message; the handler may keep it
   */
  default void onBinary(WsConnection connection, byte[] payload) {}

  /**
   * A ping came; its pong is already on the way.
   *
   * @param connection where it came from
   */
  default void onPing(WsConnection connection) {}

  /**
   * A pong came, asked for or not.
   *
   * @param connection where it came from
   */
  default void onPong(WsConnection connection) {}

  /**
   * The connection is over and its socket closed. Called exactly once after {@link #onOpen},
   * whatever happened. The first cause counts: the close frame of whichever side sent one first,
   * else 1006 and what went wrong.
   *
   * @param connection the connection that ended
   * @param code the close code; 1005 if the peer's close frame had none, 1006 if no close frame was
   *     sent in either direction
   * @param reason the close frame's reason, or in words why there was none; may be empty
   */
  default void onClosed(WsConnection connection, int code, String reason) {}
}
