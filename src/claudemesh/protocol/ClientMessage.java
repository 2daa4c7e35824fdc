package claudemesh.protocol;

import claudemesh.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What a client says to a broker (protocol.md §3, §5, §6). */
public sealed interface ClientMessage extends Message {

  /**
   * A frame that opens a connection. What the broker must name precisely when it is wrong (the
   * timestamp, keys, signatures) is read leniently: absent or of another type reads as empty.
   */
  sealed interface Opening extends ClientMessage {
    /**
     * The mesh to join.
     *
     * @return its id
     */
    String meshId();

    /**
     * The program's own id for this connection.
     *
     * @return its id; a newer connection with the same one replaces the older
     */
    String sessionId();

    /**
     * The client's process.
     *
     * @return its process id
     */
    long pid();

    /**
     * Where the client works.
     *
     * @return its working directory
     */
    String cwd();

    /**
     * When it was signed.
     *
     * @return milliseconds since 1970 by the client's clock; empty if missing or no number
     */
    OptionalLong timestamp();

    /**
     * The detached signature.
     *
     * @return 128 hex digits if well formed
     */
    String signature();

    /**
     * What the client says of itself.
     *
     * @return the optional fields
     */
    PeerDetails details();
  }

  /**
   * A member connection's opening.
   *
   * @param meshId the mesh
   * @param memberId the member
   * @param pubkey the member's stable key
   * @param sessionId the program's own id for this connection
   * @param pid its process id
   * @param cwd its working directory
   * @param timestamp when it was signed, milliseconds since 1970
   * @param signature over {@link SigningTexts#hello}
   * @param sessionPubkey a session key that older clients put here; ours send none
   * @param details what the client says of itself
   */
  record Hello(
      String meshId,
      String memberId,
      String pubkey,
      String sessionId,
      long pid,
      String cwd,
      OptionalLong timestamp,
      String signature,
      Optional<String> sessionPubkey,
      PeerDetails details)
      implements Opening {}

  /**
   * A session connection's opening.
   *
   * @param meshId the mesh
   * @param parentMemberId the member that vouches; some clients leave it out
   * @param parentMemberPubkey that member's stable key
   * @param sessionPubkey the session's own key
   * @param attestation the member's word for the session key
   * @param sessionId the program's own id for this connection
   * @param pid its process id
   * @param cwd its working directory
   * @param timestamp when it was signed, milliseconds since 1970
   * @param signature over {@link SigningTexts#sessionHello}, by the session key
   * @param details what the client says of itself
   */
  record SessionHello(
      String meshId,
      Optional<String> parentMemberId,
      String parentMemberPubkey,
      String sessionPubkey,
      Optional<ParentAttestation> attestation,
      String sessionId,
      long pid,
      String cwd,
      OptionalLong timestamp,
      String signature,
      PeerDetails details)
      implements Opening {}

  /**
   * A message for others (protocol.md §5).
   *
   * @param id the request's id, repeated by the ack
   * @param clientMessageId the message's identity at the sender, for deduplication
   * @param requestFingerprint what was asked, hashed
   * @param targetSpec whom it is for, see {@link Target}
   * @param priority when it may be handed on
   * @param nonce base64 of 24 bytes
   * @param ciphertext base64: a box, or the plain text for {@code *} and {@code @group}
   * @param mentions keys or names mentioned
   * @param replyToId the message it answers
   * @param bodyVersion the version of the body's format
   * @param afterId the id of an earlier send to the same target, still under way, that this one
   *     must not overtake: if the broker refuses that one for now, it refuses this one too.
   *     Deployed brokers do not know it
   */
  record Send(
      String id,
      String clientMessageId,
      Optional<String> requestFingerprint,
      String targetSpec,
      Priority priority,
      String nonce,
      String ciphertext,
      List<String> mentions,
      Optional<String> replyToId,
      OptionalLong bodyVersion,
      Optional<String> afterId)
      implements ClientMessage {

    /**
     * A send that is behind no other.
     *
     * @param id the request's id
     * @param clientMessageId the message's identity at the sender
     * @param requestFingerprint what was asked, hashed
     * @param targetSpec whom it is for
     * @param priority when it may be handed on
     * @param nonce base64 of 24 bytes
     * @param ciphertext base64: a box, or plain text
     * @param mentions keys or names mentioned
     * @param replyToId the message it answers
     * @param bodyVersion the version of the body's format
     */
    public Send(
        String id,
        String clientMessageId,
        Optional<String> requestFingerprint,
        String targetSpec,
        Priority priority,
        String nonce,
        String ciphertext,
        List<String> mentions,
        Optional<String> replyToId,
        OptionalLong bodyVersion) {
      this(
          id,
          clientMessageId,
          requestFingerprint,
          targetSpec,
          priority,
          nonce,
          ciphertext,
          mentions,
          replyToId,
          bodyVersion,
          Optional.empty());
    }
  }

  /**
   * Says that a message is safe in the receiver's inbox; no reply.
   *
   * @param clientMessageId the sender's id for it
   * @param brokerMessageId the broker's id for it
   */
  record ClientAck(Optional<String> clientMessageId, Optional<String> brokerMessageId)
      implements ClientMessage {}

  /**
   * Says that somebody has looked at messages; no reply. Our own word: deployed brokers answer it
   * with an error, or not at all.
   *
   * @param messageIds the broker's ids for them
   */
  record MessageRead(List<String> messageIds) implements ClientMessage {}

  /**
   * Asks who is there.
   *
   * @param reqId correlation id
   */
  record ListPeers(Optional<String> reqId) implements ClientMessage {}

  /**
   * Sets this presence's status; no reply.
   *
   * @param status {@code idle}, {@code working} or {@code dnd}
   */
  record SetStatus(String status) implements ClientMessage {}

  /**
   * Sets this presence's summary; no reply.
   *
   * @param summary one line of what it is doing
   */
  record SetSummary(String summary) implements ClientMessage {}

  /**
   * Sets this presence's counters; no reply.
   *
   * @param stats an object of counters
   */
  record SetStats(Json stats) implements ClientMessage {}

  /**
   * Shows or hides this presence; answered by an ack.
   *
   * @param visible whether others see it
   * @param reqId correlation id
   */
  record SetVisible(boolean visible, Optional<String> reqId) implements ClientMessage {}

  /**
   * Sets this presence's profile; answered by an ack.
   *
   * @param profile avatar, title, bio, role, capabilities
   * @param reqId correlation id
   */
  record SetProfile(Json profile, Optional<String> reqId) implements ClientMessage {}

  /**
   * Joins a group; no reply.
   *
   * @param group the group and this presence's role in it
   */
  record JoinGroup(Group group) implements ClientMessage {}

  /**
   * Leaves a group; no reply.
   *
   * @param name the group
   */
  record LeaveGroup(String name) implements ClientMessage {}

  /**
   * Stores a value shared by the mesh; no reply, others get a {@link BrokerMessage.StateChange}.
   *
   * @param key its name
   * @param value any JSON value
   */
  record SetState(String key, Json value) implements ClientMessage {}

  /**
   * Asks for one shared value.
   *
   * @param key its name
   * @param reqId correlation id
   */
  record GetState(String key, Optional<String> reqId) implements ClientMessage {}

  /**
   * Asks for all shared values.
   *
   * @param reqId correlation id
   */
  record ListState(Optional<String> reqId) implements ClientMessage {}

  /**
   * Stores a text in the mesh's memory.
   *
   * @param content the text
   * @param tags words to find it by
   * @param reqId correlation id
   */
  record Remember(String content, List<String> tags, Optional<String> reqId)
      implements ClientMessage {}

  /**
   * Searches the mesh's memory.
   *
   * @param query words
   * @param reqId correlation id
   */
  record Recall(String query, Optional<String> reqId) implements ClientMessage {}

  /**
   * Removes a text from the mesh's memory; answered by an ack.
   *
   * @param memoryId its id
   * @param reqId correlation id
   */
  record Forget(String memoryId, Optional<String> reqId) implements ClientMessage {}

  /** What an owner or admin does to another's presence or membership. */
  enum AdminAction {
    /** Ends sessions, which stay away. */
    KICK("kick"),
    /** Ends connections, which may come back. */
    DISCONNECT("disconnect"),
    /** Ends a membership. */
    BAN("ban"),
    /** Restores a membership. */
    UNBAN("unban");

    private final String word;

    AdminAction(String word) {
      this.word = word;
    }

    /**
     * The frame's type.
     *
     * @return its {@code type}; the reply's is this with {@code _ack} behind
     */
    public String word() {
      return word;
    }
  }

  /**
   * Kicks, disconnects, bans or unbans; owner or admin only.
   *
   * @param action which
   * @param target a name, key or key prefix
   * @param reqId correlation id
   */
  record Admin(AdminAction action, String target, Optional<String> reqId)
      implements ClientMessage {}

  /**
   * Asks who is banned.
   *
   * @param reqId correlation id
   */
  record ListBans(Optional<String> reqId) implements ClientMessage {}

  /**
   * Asks what became of a message.
   *
   * @param messageId the broker's id for it
   * @param reqId correlation id
   */
  record MessageStatus(String messageId, Optional<String> reqId) implements ClientMessage {}

  /**
   * Makes a topic, or finds the one of that name; see {@link BrokerMessage.TopicCreated}.
   *
   * @param name its name, without {@code #}
   * @param description one line of what it is for
   * @param visibility who may see it, {@link BrokerMessage.Topic#PUBLIC} unless said otherwise
   * @param reqId correlation id
   */
  record TopicCreate(
      String name, Optional<String> description, String visibility, Optional<String> reqId)
      implements ClientMessage {}

  /**
   * Asks which topics there are.
   *
   * @param reqId correlation id
   */
  record TopicList(Optional<String> reqId) implements ClientMessage {}

  /**
   * Joins a topic; answered by an ack.
   *
   * @param topic its id or name
   * @param role this presence's word for what it does there
   * @param reqId correlation id
   */
  record TopicJoin(String topic, Optional<String> role, Optional<String> reqId)
      implements ClientMessage {}

  /**
   * Leaves a topic; answered by an ack.
   *
   * @param topic its id or name
   * @param reqId correlation id
   */
  record TopicLeave(String topic, Optional<String> reqId) implements ClientMessage {}

  /**
   * Ends a topic with its history; its creator, owner or admin only; answered by an ack.
   *
   * @param topic its id or name
   * @param reqId correlation id
   */
  record TopicDelete(String topic, Optional<String> reqId) implements ClientMessage {}

  /**
   * Asks for a topic's latest messages.
   *
   * @param topic its id or name
   * @param limit how many at most; the broker's choice if empty
   * @param beforeId only those before the message of this broker's id
   * @param reqId correlation id
   */
  record TopicHistory(
      String topic, OptionalLong limit, Optional<String> beforeId, Optional<String> reqId)
      implements ClientMessage {}

  /**
   * Changes what this member lets others send it; see {@link BrokerMessage.GrantsList}.
   *
   * @param changes by member key or {@code *}: what is granted from now on, or empty to forget it
   * @param reqId correlation id
   */
  record SetGrants(Map<String, Optional<List<String>>> changes, Optional<String> reqId)
      implements ClientMessage {}

  /**
   * Asks what this member lets others send it.
   *
   * @param reqId correlation id
   */
  record ListGrants(Optional<String> reqId) implements ClientMessage {}

  /**
   * A type this program does not know, kept so that the broker can answer it.
   *
   * @param type the frame's type; empty if it had none
   * @param id the frame's id, if readable
   * @param reqId correlation id, if readable
   */
  record Unknown(String type, Optional<String> id, Optional<String> reqId)
      implements ClientMessage {}
}
