package claudemesh.client;

import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.NotOpenException;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.protocol.ClientMessage;
import claudemesh.protocol.PeerDetails;
import claudemesh.protocol.PeerSummary;
import claudemesh.protocol.SigningTexts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The member's connection to one mesh, keyed by the member's stable key (protocol.md §3): sends and
 * their acks, requests and their replies, messages to the member. It carries no session key, so
 * messages to a session go to that session's {@link SessionBrokerClient}. All methods may be called
 * from any thread.
 */
public final class DaemonBrokerClient implements BrokerSender, AutoCloseable {

  private final Membership membership;
  private final ClientOptions options;
  private final BrokerLink link;
  private final MeshRequests requests;

  private DaemonBrokerClient(
      Membership membership, ClientOptions options, ClientListener listener) {
    this.membership = membership;
    this.options = options;
    this.link =
        new BrokerLink(
            membership.brokerUrl(),
            this::hello,
            List.of(membership.keys()),
            options,
            listener,
            this::isAboutOthers);
    this.requests = new MeshRequests(link);
  }

  /**
   * Starts to connect.
   *
   * @param membership which mesh, as whom
   * @param options how to present itself and how patient to be
   * @param listener hears what comes in
   * @return the client, at once; it reconnects until it is closed or refused for good
   * @throws IllegalArgumentException if the broker's address is none or cannot be reached in
   *     principle
   */
  public static DaemonBrokerClient start(
      Membership membership, ClientOptions options, ClientListener listener) {
    DaemonBrokerClient client = new DaemonBrokerClient(membership, options, listener);
    client.link.begin();
    return client;
  }

  private ClientMessage hello() {
    long now = options.clock().wallTime().toEpochMilli();
    String pubkey = membership.keys().publicHex();
    String text = SigningTexts.hello(membership.meshId(), membership.memberId(), pubkey, now);
    return new ClientMessage.Hello(
        membership.meshId(),
        membership.memberId(),
        pubkey,
        options.sessionId(),
        options.pid(),
        options.cwd(),
        OptionalLong.of(now),
        membership.keys().sign(text),
        Optional.empty(),
        asDaemon(options.details()));
  }

  private static PeerDetails asDaemon(PeerDetails details) {
    return new PeerDetails(
        details.displayName(),
        details.hostname(),
        details.peerType().or(() -> Optional.of("ai")),
        Optional.of("claudemesh-daemon"),
        details.model(),
        details.groups(),
        details.role());
  }

  private boolean isAboutOthers(SystemEvent event) {
    return !event.pubkey().equals(membership.keys().publicHex());
  }

  /**
   * Waits until the broker has accepted the hello.
   *
   * @param timeout how long at most
   * @throws NotOpenException if it did not in time, or refused; with the broker's own words
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void awaitOpen(Duration timeout) throws NotOpenException, InterruptedException {
    link.awaitOpen(timeout);
  }

  @Override
  public CompletableFuture<BrokerSendResult> send(OutgoingMessage message) {
    return link.send(message);
  }

  @Override
  public WsStatus status() {
    return link.status();
  }

  @Override
  public boolean keepsOrder() {
    return link.keepsOrder();
  }

  @Override
  public void onStatusChange(Runnable call) {
    link.onStatusChange(call);
  }

  /**
   * Why the last connection ended.
   *
   * @return the ending; empty until one has
   */
  public Optional<Ending> lastEnding() {
    return link.lifecycle().lastEnding();
  }

  /**
   * Everything else that can be asked.
   *
   * @return the requests of this connection
   */
  public MeshRequests requests() {
    return requests;
  }

  /**
   * Asks who is there.
   *
   * @return one row a presence, this one's included
   */
  public CompletableFuture<List<PeerSummary>> listPeers() {
    return requests.listPeers();
  }

  /**
   * Tells the broker that a message is safe; it then delivers it no more.
   *
   * @param message one that the listener was given
   */
  public void acknowledge(InboundMessage message) {
    link.acknowledge(message);
  }

  /** Leaves the mesh and returns when the connection is closed. Idempotent. */
  @Override
  public void close() {
    link.close();
  }
}
