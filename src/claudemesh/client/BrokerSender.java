package claudemesh.client;

import claudemesh.lifecycle.WsStatus;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The sending side of either client: what {@link OrderedSender} needs of it. Thread-safe. */
public interface BrokerSender {

  /**
   * Sends one message, once. A second call with the same id while the first is under way joins it.
   *
   * @param message what to send
   * @return always completes normally, exactly once, within the request timeout
   */
  CompletableFuture<BrokerSendResult> send(OutgoingMessage message);

  /**
   * Sends one message, once, behind another one with the same target that is still under way on
   * this connection. If a broker that {@link #keepsOrder} refuses that one for now, it refuses this
   * one too.
   *
   * @param message what to send
   * @param afterId the id of the other one; empty if none is under way
   * @return as {@link #send(OutgoingMessage)}
   */
  default CompletableFuture<BrokerSendResult> send(
      OutgoingMessage message, Optional<String> afterId) {
    return send(message);
  }

  /**
   * Where the connection stands.
   *
   * @return the status
   */
  WsStatus status();

  /**
   * Whether the broker promises to take one connection's sends in order and slows a fast sender
   * down instead of refusing: then many may be under way at once and none overtakes another.
   *
   * @return true if it says so in its hello ack
   */
  boolean keepsOrder();

  /**
   * Calls back at every change of status.
   *
   * @param call runs on the connection's thread and must not block
   */
  void onStatusChange(Runnable call);
}
