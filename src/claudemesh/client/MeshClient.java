package claudemesh.client;

import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.NotOpenException;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.PeerSummary;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What can be done with either client, said once: both hand it to the link they share. All methods
 * may be called from any thread.
 */
public sealed interface MeshClient extends BrokerSender, AutoCloseable
    permits DaemonBrokerClient, SessionBrokerClient {

  /**
   * Everything that can be asked of the broker over this connection.
   *
   * @return the requests
   */
  MeshRequests requests();

  /**
   * Starts to connect; once for each client. Does nothing if it is closed.
   *
   * @throws IllegalStateException if it was started before
   */
  default void begin() {
    requests().link().begin();
  }

  /**
   * Waits until the broker has accepted the hello.
   *
   * @param timeout how long at most
   * @throws NotOpenException if it did not in time, or refused; with the broker's own words
   * @throws InterruptedException if the calling thread is interrupted
   */
  default void awaitOpen(Duration timeout) throws NotOpenException, InterruptedException {
    requests().link().awaitOpen(timeout);
  }

  @Override
  default CompletableFuture<BrokerSendResult> send(OutgoingMessage message) {
    return requests().link().send(message, Optional.empty());
  }

  @Override
  default CompletableFuture<BrokerSendResult> send(
      OutgoingMessage message, Optional<String> afterId) {
    return requests().link().send(message, afterId);
  }

  @Override
  default WsStatus status() {
    return requests().link().status();
  }

  @Override
  default boolean keepsOrder() {
    return requests().link().keepsOrder();
  }

  @Override
  default void onStatusChange(Runnable call) {
    requests().link().onStatusChange(call);
  }

  /**
   * Why the last connection ended.
   *
   * @return the ending; empty until one has
   */
  default Optional<Ending> lastEnding() {
    return requests().link().lastEnding();
  }

  /**
   * Asks who is there.
   *
   * @return one row a presence, this one's included
   */
  default CompletableFuture<List<PeerSummary>> listPeers() {
    return requests().listPeers();
  }

  /**
   * Something has happened to this machine or its network: looks at once whether the connection
   * still holds, or tries again now. Never blocks.
   */
  default void probe() {
    requests().link().probe();
  }

  /**
   * Tells the broker that a message is safe; it then delivers it no more.
   *
   * @param message one that the listener was given
   */
  default void acknowledge(InboundMessage message) {
    requests().link().acknowledge(message);
  }

  /** Leaves the mesh and returns when the connection is closed. Idempotent. */
  @Override
  default void close() {
    requests().link().close();
  }
}
