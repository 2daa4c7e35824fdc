package claudemesh.protocol;

import claudemesh.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a broker says to a client (protocol.md §3, §4, §5, §6). */
public sealed interface BrokerMessage extends Message {

  /**
   * The hello was accepted. Only the type may be relied on, so everything else is optional.
   *
   * @param presenceId this connection's presence
   * @param memberDisplayName the name others see
   * @param restored whether an earlier presence was taken up again
   * @param limits the broker's limits, where it states them
   */
  record HelloAck(
      Optional<String> presenceId,
      Optional<String> memberDisplayName,
      boolean restored,
      Optional<Json> limits)
      implements BrokerMessage {}

  /**
   * A refusal, before or after the hello.
   *
   * @param code one word for programs
   * @param message one sentence for people
   * @param id the id of the frame it answers
   * @param reqId correlation id
   */
  record Error(String code, String message, Optional<String> id, Optional<String> reqId)
      implements BrokerMessage {}

  /**
   * The answer to a send, and to requests that have no reply of their own.
   *
   * @param id the request's id
   * @param messageId the broker's id for the message; empty text if it took none
   * @param queued whether the message was taken
   * @param error why not, if not
   * @param reqId correlation id
   */
  record Ack(
      String id, String messageId, boolean queued, Optional<String> error, Optional<String> reqId)
      implements BrokerMessage {}

  /**
   * A message from another member.
   *
   * @param messageId the broker's id
   * @param meshId the mesh
   * @param senderPubkey the key it was sent with: open the box with this one
   * @param priority how urgent it was sent
   * @param nonce base64 of 24 bytes
   * @param ciphertext base64: a box, or plain text for {@code *} and {@code @group}
   * @param createdAt when the broker took it, ISO 8601
   * @param clientMessageId the sender's id for it
   * @param requestFingerprint what was asked, hashed
   * @param senderMemberPubkey the sender's stable key
   * @param senderMemberId the sender's member id
   * @param senderName the sender's display name
   * @param topic the topic it was sent to
   * @param replyToId the message it answers
   * @param targetSpec whom it was sent to, where the broker says so; a receiver can then tell a
   *     broadcast from a box
   */
  record Push(
      String messageId,
      String meshId,
      String senderPubkey,
      Priority priority,
      String nonce,
      String ciphertext,
      String createdAt,
      Optional<String> clientMessageId,
      Optional<String> requestFingerprint,
      Optional<String> senderMemberPubkey,
      Optional<String> senderMemberId,
      Optional<String> senderName,
      Optional<String> topic,
      Optional<String> replyToId,
      Optional<String> targetSpec)
      implements BrokerMessage {

    /**
     * What makes it the same message when it comes again (protocol.md §5).
     *
     * @return the sender's id, else the broker's
     */
    public String identity() {
      return clientMessageId.orElse(messageId);
    }
  }

  /**
   * Something happened on the mesh: {@code peer_joined}, {@code peer_left}, ….
   *
   * @param event what
   * @param name whose name, empty text if it has none
   * @param pubkey whose key, empty text if it has none
   * @param groups that presence's groups, where the event carries them
   * @param messageId the broker's id
   * @param meshId the mesh
   * @param createdAt when, ISO 8601
   */
  record SystemEvent(
      String event,
      String name,
      String pubkey,
      List<Group> groups,
      String messageId,
      String meshId,
      String createdAt)
      implements BrokerMessage {}

  /**
   * Who is there.
   *
   * @param peers one row a presence
   * @param reqId correlation id
   */
  record PeersList(List<PeerSummary> peers, Optional<String> reqId) implements BrokerMessage {}

  /**
   * One value shared by the mesh.
   *
   * @param key its name
   * @param value any JSON value; empty if there is none of that name
   * @param updatedBy who set it
   * @param updatedAt when, ISO 8601
   */
  record StateEntry(String key, Optional<Json> value, String updatedBy, String updatedAt) {}

  /**
   * The answer to {@link ClientMessage.GetState}.
   *
   * @param entry what is stored
   * @param reqId correlation id
   */
  record StateResult(StateEntry entry, Optional<String> reqId) implements BrokerMessage {}

  /**
   * The answer to {@link ClientMessage.ListState}.
   *
   * @param entries everything stored
   * @param reqId correlation id
   */
  record StateList(List<StateEntry> entries, Optional<String> reqId) implements BrokerMessage {}

  /**
   * Another member set a shared value.
   *
   * @param key its name
   * @param value the new value; empty if it was cleared
   * @param updatedBy who set it
   */
  record StateChange(String key, Optional<Json> value, String updatedBy) implements BrokerMessage {}

  /**
   * The answer to {@link ClientMessage.Remember}.
   *
   * @param id the text's id
   * @param reqId correlation id
   */
  record MemoryStored(String id, Optional<String> reqId) implements BrokerMessage {}

  /**
   * One text of the mesh's memory.
   *
   * @param id its id
   * @param content the text
   * @param tags words to find it by
   * @param rememberedBy who stored it
   * @param rememberedAt when, ISO 8601
   */
  record Memory(
      String id, String content, List<String> tags, String rememberedBy, String rememberedAt) {}

  /**
   * The answer to {@link ClientMessage.Recall}.
   *
   * @param memories what was found
   * @param reqId correlation id
   */
  record MemoryResults(List<Memory> memories, Optional<String> reqId) implements BrokerMessage {}

  /**
   * The answer to {@link ClientMessage.Admin}.
   *
   * @param action what was asked
   * @param affected display names of those it hit
   * @param skippedControlPlane display names of member connections that a kick leaves alone
   * @param reqId correlation id
   */
  record AdminAck(
      ClientMessage.AdminAction action,
      List<String> affected,
      List<String> skippedControlPlane,
      Optional<String> reqId)
      implements BrokerMessage {}

  /**
   * One banned member.
   *
   * @param name display name
   * @param pubkey stable key
   * @param revokedAt when, ISO 8601
   */
  record Ban(String name, String pubkey, String revokedAt) {}

  /**
   * The answer to {@link ClientMessage.ListBans}.
   *
   * @param bans who is banned
   * @param reqId correlation id
   */
  record BansList(List<Ban> bans, Optional<String> reqId) implements BrokerMessage {}

  /**
   * What became of a message at one recipient.
   *
   * @param name display name
   * @param pubkey the recipient's key
   * @param status {@code queued}, {@code delivered}, {@code read} or {@code dead}
   * @param reason why it is dead, where the broker says so
   */
  record Recipient(String name, String pubkey, String status, Optional<String> reason) {

    /**
     * One that needs no reason.
     *
     * @param name display name
     * @param pubkey the recipient's key
     * @param status a word as above
     */
    public Recipient(String name, String pubkey, String status) {
      this(name, pubkey, status, Optional.empty());
    }
  }

  /**
   * The answer to {@link ClientMessage.MessageStatus}.
   *
   * @param messageId the broker's id
   * @param targetSpec whom it was for
   * @param delivered whether any recipient has it
   * @param deliveredAt when, ISO 8601
   * @param recipients one for each mailbox it went to
   * @param reqId correlation id
   */
  record MessageStatusResult(
      String messageId,
      String targetSpec,
      boolean delivered,
      Optional<String> deliveredAt,
      List<Recipient> recipients,
      Optional<String> reqId)
      implements BrokerMessage {}

  /**
   * A topic: a conversation that is joined, and whose latest messages can be read later.
   *
   * @param id its id, as in {@code #id}
   * @param name its name, unique on the mesh
   * @param description one line of what it is for
   * @param visibility {@link #PUBLIC}: everybody on the mesh sees it and may join
   * @param memberCount how many have joined
   * @param createdAt since when, ISO 8601
   */
  record Topic(
      String id,
      String name,
      Optional<String> description,
      String visibility,
      long memberCount,
      String createdAt) {

    /** The one visibility that our broker knows. */
    public static final String PUBLIC = "public";
  }

  /**
   * The answer to {@link ClientMessage.TopicCreate}.
   *
   * @param topic the topic of that name
   * @param created false if it was there before
   * @param reqId correlation id
   */
  record TopicCreated(Topic topic, boolean created, Optional<String> reqId)
      implements BrokerMessage {}

  /**
   * The answer to {@link ClientMessage.TopicList}.
   *
   * @param topics all of them, in the order made
   * @param reqId correlation id
   */
  record TopicsList(List<Topic> topics, Optional<String> reqId) implements BrokerMessage {}

  /**
   * The answer to {@link ClientMessage.TopicHistory}.
   *
   * @param topic as it was asked for
   * @param messages oldest first
   * @param reqId correlation id
   */
  record TopicHistoryResult(String topic, List<Push> messages, Optional<String> reqId)
      implements BrokerMessage {}

  /**
   * The answer to {@link ClientMessage.SetGrants} and {@link ClientMessage.ListGrants}: what the
   * member lets others send it. Who is not named has what {@code *} has; without that, everything.
   *
   * @param grants by member key or {@code *}: {@code dm} and {@code broadcast}, or neither
   * @param reqId correlation id
   */
  record GrantsList(Map<String, List<String>> grants, Optional<String> reqId)
      implements BrokerMessage {}

  /**
   * A type this program does not know: deployed brokers have more than we use.
   *
   * @param type the frame's type; empty if it had none
   * @param reqId correlation id, if readable
   */
  record Unknown(String type, Optional<String> reqId) implements BrokerMessage {}
}
