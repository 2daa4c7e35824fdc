package claudemesh.protocol;

import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.Ack;
import claudemesh.protocol.BrokerMessage.AdminAck;
import claudemesh.protocol.BrokerMessage.Ban;
import claudemesh.protocol.BrokerMessage.BansList;
import claudemesh.protocol.BrokerMessage.Error;
import claudemesh.protocol.BrokerMessage.GrantsList;
import claudemesh.protocol.BrokerMessage.HelloAck;
import claudemesh.protocol.BrokerMessage.Memory;
import claudemesh.protocol.BrokerMessage.MemoryResults;
import claudemesh.protocol.BrokerMessage.MemoryStored;
import claudemesh.protocol.BrokerMessage.MessageStatusResult;
import claudemesh.protocol.BrokerMessage.PeersList;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.protocol.BrokerMessage.Recipient;
import claudemesh.protocol.BrokerMessage.StateChange;
import claudemesh.protocol.BrokerMessage.StateEntry;
import claudemesh.protocol.BrokerMessage.StateList;
import claudemesh.protocol.BrokerMessage.StateResult;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.protocol.BrokerMessage.TopicCreated;
import claudemesh.protocol.BrokerMessage.TopicHistoryResult;
import claudemesh.protocol.BrokerMessage.TopicsList;
import claudemesh.protocol.BrokerMessage.Unknown;
import claudemesh.protocol.ClientMessage.AdminAction;
import java.util.List;
import java.util.Optional;

/** The broker's half of {@link MessageCodec}: one case a type in each direction. */
final class BrokerCodec {

  private static final String REQ_ID = "_reqId";
  private static final String SYSTEM = "system";

  private BrokerCodec() {}

  static BrokerMessage decode(Json frame) {
    String type = frame.string("type", "");
    Optional<String> reqId = frame.optionalString(REQ_ID);
    return switch (type) {
      case "hello_ack" ->
          new HelloAck(
              frame.optionalString("presenceId"),
              frame.optionalString("memberDisplayName"),
              frame.bool("restored", false),
              frame.get("limits"));
      case "error" ->
          new Error(
              frame.string("code", "error"),
              frame.string("message", ""),
              frame.optionalString("id"),
              reqId);
      case "ack" -> decodeAck(frame);
      case "push", "inbound" -> decodePush(frame);
      case "peers_list" ->
          new PeersList(frame.list("peers").stream().map(PeerSummary::decode).toList(), reqId);
      case "state_result" -> new StateResult(decodeState(frame), reqId);
      case "state_list" ->
          new StateList(
              frame.list("entries").stream().map(BrokerCodec::decodeState).toList(), reqId);
      case "state_change" ->
          new StateChange(frame.string("key"), frame.get("value"), frame.string("updatedBy", ""));
      case "memory_stored" -> new MemoryStored(frame.string("id"), reqId);
      case "memory_results" ->
          new MemoryResults(
              frame.list("memories").stream().map(BrokerCodec::decodeMemory).toList(), reqId);
      case "kick_ack" -> decodeAdminAck(AdminAction.KICK, frame);
      case "disconnect_ack" -> decodeAdminAck(AdminAction.DISCONNECT, frame);
      case "ban_ack" ->
          new AdminAck(AdminAction.BAN, List.of(frame.string("banned")), List.of(), reqId);
      case "unban_ack" ->
          new AdminAck(AdminAction.UNBAN, List.of(frame.string("unbanned")), List.of(), reqId);
      case "list_bans_result" ->
          new BansList(frame.list("bans").stream().map(BrokerCodec::decodeBan).toList(), reqId);
      case "message_status_result" -> decodeMessageStatus(frame);
      case "topic_created" -> TopicCodec.decodeCreated(frame, reqId);
      case "topic_list_response" -> TopicCodec.decodeList(frame, reqId);
      case "topic_history_response" -> TopicCodec.decodeHistoryResult(frame, reqId);
      case "grants_list" -> GrantsCodec.decodeList(frame, reqId);
      default -> new Unknown(type, reqId);
    };
  }

  static Json encode(BrokerMessage message) {
    return switch (message) {
      case HelloAck m ->
          frame("hello_ack")
              .put("presenceId", m.presenceId())
              .put("memberDisplayName", m.memberDisplayName())
              .put("restored", m.restored())
              .put("limits", m.limits().orElse(null))
              .build();
      case Error m ->
          reply("error", m)
              .put("code", m.code())
              .put("message", m.message())
              .put("id", m.id())
              .build();
      case Ack m -> encodeAck(m);
      case Push m -> encodePush(m);
      case SystemEvent m -> encodeSystemEvent(m);
      case PeersList m ->
          reply("peers_list", m)
              .put("peers", Json.array(m.peers().stream().map(PeerSummary::encode).toList()))
              .build();
      case StateResult m -> encodeState(reply("state_result", m), m.entry());
      case StateList m ->
          reply("state_list", m)
              .put(
                  "entries",
                  Json.array(m.entries().stream().map(e -> encodeState(Json.object(), e)).toList()))
              .build();
      case StateChange m ->
          frame("state_change")
              .put("key", m.key())
              .putNull("value")
              .put("value", m.value().orElse(null))
              .put("updatedBy", m.updatedBy())
              .build();
      case MemoryStored m -> reply("memory_stored", m).put("id", m.id()).build();
      case MemoryResults m ->
          reply("memory_results", m)
              .put(
                  "memories",
                  Json.array(m.memories().stream().map(BrokerCodec::encodeMemory).toList()))
              .build();
      case AdminAck m -> encodeAdminAck(m);
      case BansList m ->
          reply("list_bans_result", m)
              .put("bans", Json.array(m.bans().stream().map(BrokerCodec::encodeBan).toList()))
              .build();
      case MessageStatusResult m -> encodeMessageStatus(m);
      case TopicCreated m -> TopicCodec.encode(reply("topic_created", m), m);
      case TopicsList m -> TopicCodec.encode(reply("topic_list_response", m), m);
      case TopicHistoryResult m -> TopicCodec.encode(reply("topic_history_response", m), m);
      case GrantsList m -> GrantsCodec.encode(reply("grants_list", m), m);
      case Unknown m -> reply(m.type(), m).build();
    };
  }

  // An ack to a request without a reply of its own has an empty id where none was sent.
  private static Ack decodeAck(Json frame) {
    return new Ack(
        frame.string("id", ""),
        frame.string("messageId", ""),
        frame.bool("queued", false),
        frame.optionalString("error"),
        frame.optionalString(REQ_ID));
  }

  private static Json encodeAck(Ack ack) {
    return frame("ack")
        .put("id", ack.id())
        .put("messageId", ack.messageId())
        .put("queued", ack.queued())
        .put("error", ack.error())
        .put(REQ_ID, ack.reqId())
        .build();
  }

  private static BrokerMessage decodePush(Json frame) {
    if (frame.string("subtype", "").equals(SYSTEM)) {
      return decodeSystemEvent(frame);
    }
    return decodePost(frame);
  }

  /** A message, of which the type need not say that it is one. */
  static Push decodePost(Json frame) {
    return new Push(
        frame.string("messageId"),
        frame.string("meshId", ""),
        frame.string("senderPubkey"),
        urgencyOf(frame),
        frame.string("nonce", ""),
        frame.string("ciphertext"),
        frame.string("createdAt", ""),
        frame.optionalString("client_message_id"),
        frame.optionalString("request_fingerprint"),
        frame.optionalString("senderMemberPubkey"),
        frame.optionalString("senderMemberId"),
        frame.optionalString("senderName"),
        frame.optionalString("topic"),
        frame.optionalString("replyToId"),
        frame.optionalString("targetSpec"));
  }

  // A word of a newer broker must not cost the message.
  private static Priority urgencyOf(Json frame) {
    String word = frame.string("priority", "");
    for (Priority priority : Priority.values()) {
      if (priority.word().equals(word)) {
        return priority;
      }
    }
    return Priority.NEXT;
  }

  private static Json encodePush(Push push) {
    return frame("push")
        .put("messageId", push.messageId())
        .put("meshId", push.meshId())
        .put("senderPubkey", push.senderPubkey())
        .put("priority", push.priority().word())
        .put("nonce", push.nonce())
        .put("ciphertext", push.ciphertext())
        .put("createdAt", push.createdAt())
        .put("client_message_id", push.clientMessageId())
        .put("request_fingerprint", push.requestFingerprint())
        .put("senderMemberPubkey", push.senderMemberPubkey())
        .put("senderMemberId", push.senderMemberId())
        .put("senderName", push.senderName())
        .put("topic", push.topic())
        .put("replyToId", push.replyToId())
        .put("targetSpec", push.targetSpec())
        .build();
  }

  private static SystemEvent decodeSystemEvent(Json frame) {
    Json data = frame.get("eventData").filter(Json::isObject).orElse(Json.object().build());
    return new SystemEvent(
        frame.string("event", ""),
        data.string("name", ""),
        data.string("pubkey", ""),
        data.list("groups").stream().map(Group::decode).toList(),
        frame.string("messageId", ""),
        frame.string("meshId", ""),
        frame.string("createdAt", ""));
  }

  private static Json encodeSystemEvent(SystemEvent event) {
    Json data =
        Json.object()
            .put("name", event.name())
            .put("pubkey", event.pubkey())
            .put("groups", Json.array(event.groups().stream().map(Group::encode).toList()))
            .build();
    return frame("push")
        .put("subtype", SYSTEM)
        .put("event", event.event())
        .put("eventData", data)
        .put("messageId", event.messageId())
        .put("meshId", event.meshId())
        .put("senderPubkey", SYSTEM)
        .put("priority", Priority.LOW.word())
        .put("nonce", "")
        .put("ciphertext", "")
        .put("createdAt", event.createdAt())
        .build();
  }

  private static StateEntry decodeState(Json json) {
    return new StateEntry(
        json.string("key"),
        json.get("value"),
        json.string("updatedBy", ""),
        json.string("updatedAt", ""));
  }

  private static Json encodeState(Json.Builder into, StateEntry entry) {
    return into.put("key", entry.key())
        .putNull("value")
        .put("value", entry.value().orElse(null))
        .put("updatedBy", entry.updatedBy())
        .put("updatedAt", entry.updatedAt())
        .build();
  }

  private static Memory decodeMemory(Json json) {
    return new Memory(
        json.string("id"),
        json.string("content", ""),
        json.stringList("tags"),
        json.string("rememberedBy", ""),
        json.string("rememberedAt", ""));
  }

  private static Json encodeMemory(Memory memory) {
    return Json.object()
        .put("id", memory.id())
        .put("content", memory.content())
        .put("tags", Json.strings(memory.tags()))
        .put("rememberedBy", memory.rememberedBy())
        .put("rememberedAt", memory.rememberedAt())
        .build();
  }

  private static AdminAck decodeAdminAck(AdminAction action, Json frame) {
    return new AdminAck(
        action,
        frame.stringList("kicked"),
        frame.stringList("skipped_control_plane"),
        frame.optionalString(REQ_ID));
  }

  private static Json encodeAdminAck(AdminAck ack) {
    Json.Builder frame = reply(ack.action().word() + "_ack", ack);
    switch (ack.action()) {
      case BAN -> frame.put("banned", String.join(", ", ack.affected()));
      case UNBAN -> frame.put("unbanned", String.join(", ", ack.affected()));
      case KICK, DISCONNECT -> {
        // Deployed brokers send the list under both names.
        frame.put("kicked", Json.strings(ack.affected()));
        frame.put("affected", Json.strings(ack.affected()));
        if (!ack.skippedControlPlane().isEmpty()) {
          frame.put("skipped_control_plane", Json.strings(ack.skippedControlPlane()));
        }
      }
    }
    return frame.build();
  }

  private static Ban decodeBan(Json json) {
    return new Ban(json.string("name", ""), json.string("pubkey"), json.string("revokedAt", ""));
  }

  private static Json encodeBan(Ban ban) {
    return Json.object()
        .put("name", ban.name())
        .put("pubkey", ban.pubkey())
        .put("revokedAt", ban.revokedAt())
        .build();
  }

  private static MessageStatusResult decodeMessageStatus(Json frame) {
    List<Recipient> recipients =
        frame.list("recipients").stream()
            .map(
                row ->
                    new Recipient(
                        row.string("name", ""),
                        row.string("pubkey", ""),
                        row.string("status", ""),
                        row.optionalString("reason")))
            .toList();
    return new MessageStatusResult(
        frame.string("messageId"),
        frame.string("targetSpec", ""),
        frame.bool("delivered", false),
        frame.optionalString("deliveredAt"),
        recipients,
        frame.optionalString(REQ_ID));
  }

  private static Json encodeMessageStatus(MessageStatusResult result) {
    List<Json> recipients =
        result.recipients().stream()
            .map(
                row ->
                    Json.object()
                        .put("name", row.name())
                        .put("pubkey", row.pubkey())
                        .put("status", row.status())
                        .put("reason", row.reason())
                        .build())
            .toList();
    return reply("message_status_result", result)
        .put("messageId", result.messageId())
        .put("targetSpec", result.targetSpec())
        .put("delivered", result.delivered())
        .putNull("deliveredAt")
        .put("deliveredAt", result.deliveredAt())
        .put("recipients", Json.array(recipients))
        .build();
  }

  private static Json.Builder frame(String type) {
    return Json.object().put("type", type);
  }

  private static Json.Builder reply(String type, BrokerMessage message) {
    return frame(type).put(REQ_ID, message.reqId());
  }
}
