package claudemesh.broker;

import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.protocol.BrokerMessage.TopicHistoryResult;
import claudemesh.protocol.ClientMessage.TopicCreate;
import claudemesh.protocol.ClientMessage.TopicDelete;
import claudemesh.protocol.ClientMessage.TopicHistory;
import claudemesh.protocol.ClientMessage.TopicJoin;
import claudemesh.protocol.ClientMessage.TopicLeave;
import claudemesh.protocol.ErrorCode;
import claudemesh.protocol.MessageCodec;
import claudemesh.store.MailboxStore;
import claudemesh.store.StoredMessage;
import java.util.List;
import java.util.Optional;

/** What one connection asks about topics. Holds no lock: it waits for the store. */
final class TopicDesk {

  private static final int USUAL_HISTORY = 50;
  private static final int MOST_HISTORY = 200;
  private static final int LONGEST_ROLE = 128;

  private final MeshRoom room;
  private final BrokerParts parts;
  private final Presence presence;

  TopicDesk(MeshRoom room, BrokerParts parts, Presence presence) {
    this.room = room;
    this.parts = parts;
    this.presence = presence;
  }

  BrokerMessage.TopicCreated create(TopicCreate request) {
    return room.topics().create(request, presence.member.pubkey(), parts.clock().wallTime());
  }

  BrokerMessage.TopicsList list(Optional<String> reqId) {
    return new BrokerMessage.TopicsList(room.topics().all(), reqId);
  }

  void join(TopicJoin request) {
    request
        .role()
        .ifPresent(role -> RequestRefused.requireLength("role", role.length(), LONGEST_ROLE));
    room.topics()
        .join(find(request.topic()).id(), presence.seat, request.role(), parts.clock().wallTime());
  }

  void leave(TopicLeave request) {
    room.topics().leave(find(request.topic()).id(), presence.seat);
  }

  /** Who made it may, and whoever governs the mesh. */
  void delete(TopicDelete request) {
    Topics.Found topic = find(request.topic());
    String own = presence.member.pubkey();
    boolean governs =
        parts
            .directory()
            .cached(room.meshId())
            .flatMap(mesh -> mesh.member(own))
            .filter(member -> member.role().governs())
            .isPresent();
    if (!governs && !topic.creator().equals(own)) {
      throw new RequestRefused(
          ErrorCode.FORBIDDEN, "only its creator, owner or admin can delete a topic");
    }
    room.topics().delete(topic.id());
    parts.store().dropLog(logOf(room.meshId(), topic.id()));
  }

  TopicHistoryResult history(TopicHistory request) {
    Topics.Found topic = find(request.topic());
    long wanted = request.limit().orElse(USUAL_HISTORY);
    if (wanted < 1) {
      throw new RequestRefused(RequestRefused.INVALID, "limit: expected 1 or more, got " + wanted);
    }
    MailboxStore store = parts.store();
    int most = (int) Math.min(wanted, MOST_HISTORY);
    List<Push> posts =
        store.history(logOf(room.meshId(), topic.id()), most, request.beforeId()).stream()
            .map(StoredMessage::payload)
            .map(MessageCodec::decodeFromBroker)
            .map(Push.class::cast)
            .toList();
    return new TopicHistoryResult(request.topic(), posts, request.reqId());
  }

  private Topics.Found find(String idOrName) {
    return room.topics()
        .find(idOrName)
        .orElseThrow(
            () ->
                new RequestRefused(
                    ErrorCode.TOPIC_NOT_FOUND, "topic \"" + idOrName + "\" not found"));
  }

  /** Where the store keeps a topic's history. */
  static String logOf(String meshId, String topicId) {
    return meshId + "/t/" + topicId;
  }
}
