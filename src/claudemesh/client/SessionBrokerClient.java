package claudemesh.client;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.protocol.ClientMessage;
import claudemesh.protocol.ParentAttestation;
import claudemesh.protocol.PeerDetails;
import claudemesh.protocol.SigningTexts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One session's connection to a mesh, keyed by the session's own key and vouched for by the member
 * (protocol.md §3): its presence, messages to that session, and sends in its name. The attestation
 * is minted afresh on every connect. Boxes are made with the session's key; what does not open with
 * it is tried with the member's. All methods may be called from any thread.
 *
 * <p>A broker older than session connections answers {@code unknown_message_type}: the client then
 * stops for good, and {@link EndingAdvice} says what to do.
 */
public final class SessionBrokerClient implements MeshClient {

  /** So many system events are remembered to tell copies from news. */
  private static final int REMEMBERED_EVENTS = 1_000;

  private final Membership membership;
  private final Ed25519KeyPair session;
  private final ClientOptions options;
  private final boolean wantsEvents;
  private final SeenMessages seenEvents = new SeenMessages(REMEMBERED_EVENTS);
  private final MeshRequests requests;

  private SessionBrokerClient(
      Membership membership,
      Ed25519KeyPair session,
      ClientOptions options,
      ClientListener listener) {
    this.membership = membership;
    this.session = session;
    this.options = options;
    this.wantsEvents = listener.wantsEvents();
    this.requests =
        new MeshRequests(
            new BrokerLink(
                membership.brokerUrl(),
                this::hello,
                List.of(session, membership.keys()),
                options,
                listener,
                this::isNewsAboutOthers));
  }

  /**
   * Starts to connect.
   *
   * @param membership which mesh, and the member that vouches
   * @param session the session's own key pair; the same one takes its presence up again
   * @param options how to present itself and how patient to be
   * @param listener hears what comes in
   * @return the client, at once; it reconnects until it is closed or refused for good
   * @throws IllegalArgumentException if the broker's address is none or cannot be reached in
   *     principle
   */
  public static SessionBrokerClient start(
      Membership membership,
      Ed25519KeyPair session,
      ClientOptions options,
      ClientListener listener) {
    SessionBrokerClient client = create(membership, session, options, listener);
    client.begin();
    return client;
  }

  /**
   * Makes a client that does nothing yet, for a listener that needs the client before it can hear.
   *
   * @param membership which mesh, and the member that vouches
   * @param session the session's own key pair; the same one takes its presence up again
   * @param options how to present itself and how patient to be
   * @param listener hears what comes in
   * @return the client; {@link #begin} starts it
   * @throws IllegalArgumentException if the broker's address is none or cannot be reached in
   *     principle
   */
  public static SessionBrokerClient create(
      Membership membership,
      Ed25519KeyPair session,
      ClientOptions options,
      ClientListener listener) {
    return new SessionBrokerClient(membership, session, options, listener);
  }

  private ClientMessage hello() {
    Instant now = options.clock().wallTime();
    String parent = membership.keys().publicHex();
    long timestamp = now.toEpochMilli();
    String text =
        SigningTexts.sessionHello(membership.meshId(), parent, session.publicHex(), timestamp);
    return new ClientMessage.SessionHello(
        membership.meshId(),
        Optional.of(membership.memberId()),
        parent,
        session.publicHex(),
        Optional.of(ParentAttestation.mint(membership.keys(), session.publicHex(), now)),
        options.sessionId(),
        options.pid(),
        options.cwd(),
        OptionalLong.of(timestamp),
        session.sign(text),
        asSession(options.details()));
  }

  private static PeerDetails asSession(PeerDetails details) {
    return new PeerDetails(
        details.displayName(),
        details.hostname(),
        details.peerType(),
        details.channel().or(() -> Optional.of("claudemesh-session")),
        details.model(),
        details.groups(),
        details.role());
  }

  private boolean isNewsAboutOthers(SystemEvent event) {
    return wantsEvents
        && !event.pubkey().equals(session.publicHex())
        && seenEvents.handOn(event.messageId()) == SeenMessages.Seen.NEW;
  }

  /**
   * This session's key, which others send to.
   *
   * @return 64 lowercase hex digits
   */
  public String publicKey() {
    return session.publicHex();
  }

  @Override
  public MeshRequests requests() {
    return requests;
  }
}
