package claudemesh.client;

import claudemesh.lifecycle.Disconnect;
import claudemesh.lifecycle.StatusChange;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.protocol.BrokerMessage.StateChange;
import claudemesh.protocol.BrokerMessage.SystemEvent;

/**
 * Hears what a client receives. All methods run on the connection's own thread, one at a time and
 * in order; they may block. What they throw is counted and logged, and changes nothing: a message
 * whose handler threw is not acknowledged and comes again.
 */
public interface ClientListener {

  /**
   * Whether it tells redeliveries apart by itself, for instance by a durable inbox. Then every
   * delivery is handed on, and nothing is remembered about messages on its behalf: with thousands
   * of connections that adds up.
   *
   * @return true to hear of redeliveries too; always the same
   */
  default boolean knowsRedeliveries() {
    return false;
  }

  /**
   * Whether it wants to hear of events. A session's connection has to remember them, since brokers
   * send each several times.
   *
   * @return false to hear of none; always the same
   */
  default boolean wantsEvents() {
    return true;
  }

  /**
   * A message, opened, for the first time unless it {@link #knowsRedeliveries}. Call {@code
   * acknowledge} once it is safe.
   *
   * @param message the message
   */
  default void onMessage(InboundMessage message) {}

  /**
   * A message that cannot be opened or is not authentic. It is not acknowledged, so the broker
   * keeps it.
   *
   * @param push as it came; nothing in it can be believed
   * @param why what is wrong with it
   */
  default void onUnreadable(Push push, String why) {}

  /**
   * Something happened on the mesh: somebody joined, left, hid.
   *
   * @param event what
   */
  default void onEvent(SystemEvent event) {}

  /**
   * Another member set a shared value.
   *
   * @param change which
   */
  default void onStateChange(StateChange change) {}

  /**
   * The connection's status has changed.
   *
   * @param change the new status and why
   */
  default void onStatus(StatusChange change) {}

  /**
   * The connection has ended and will be tried again.
   *
   * @param disconnect how it ended
   */
  default void onDisconnect(Disconnect disconnect) {}
}
