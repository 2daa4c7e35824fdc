package claudemesh.client;

import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.protocol.ClientMessage;
import claudemesh.protocol.PeerDetails;
import claudemesh.protocol.SigningTexts;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The member's connection to one mesh, keyed by the member's stable key (protocol.md §3): sends and
 * their acks, requests and their replies, messages to the member. It carries no session key, so
 * messages to a session go to that session's {@link SessionBrokerClient}. All methods may be called
 * from any thread.
 */
public final class DaemonBrokerClient implements MeshClient {

  private final Membership membership;
  private final ClientOptions options;
  private final MeshRequests requests;

  private DaemonBrokerClient(
      Membership membership, ClientOptions options, ClientListener listener) {
    this.membership = membership;
    this.options = options;
    this.requests =
        new MeshRequests(
            new BrokerLink(
                membership.brokerUrl(),
                this::hello,
                List.of(membership.keys()),
                options,
                listener,
                this::isAboutOthers));
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
    DaemonBrokerClient client = create(membership, options, listener);
    client.begin();
    return client;
  }

  /**
   * Makes a client that does nothing yet, for a listener that needs the client before it can hear.
   *
   * @param membership which mesh, as whom
   * @param options how to present itself and how patient to be
   * @param listener hears what comes in
   * @return the client; {@link #begin} starts it
   * @throws IllegalArgumentException if the broker's address is none or cannot be reached in
   *     principle
   */
  public static DaemonBrokerClient create(
      Membership membership, ClientOptions options, ClientListener listener) {
    return new DaemonBrokerClient(membership, options, listener);
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

  @Override
  public MeshRequests requests() {
    return requests;
  }
}
