package claudemesh.lifecycle;

/**
 * Hears what a lifecycle does. All methods run on the lifecycle's own thread, one at a time, in the
 * order things happened. They may block (messages wait, pings are still answered) and may call
 * {@link WsLifecycle#close()} and {@link WsLifecycle#send}. What they throw is counted and logged,
 * and changes nothing.
 *
 * @param <M> the type of messages
 */
public interface WsListener<M> {

  /**
   * A message, only between the hello ack and the ending.
   *
   * @param message the message
   */
  default void onMessage(M message) {}

  /**
   * The hello was acknowledged. Told before the status changes to open, so what this method sets up
   * is there when others see it open.
   *
   * @param ack the acknowledging message; null where no ack is awaited
   */
  default void onHelloAck(M ack) {}

  /**
   * The status has changed.
   *
   * @param change the new status and why
   */
  default void onStatus(StatusChange change) {}

  /**
   * The connection has ended and will be tried again.
   *
   * @param disconnect how it ended, and when the next attempt starts
   */
  default void onDisconnect(Disconnect disconnect) {}
}
