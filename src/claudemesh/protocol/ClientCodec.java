package claudemesh.protocol;

import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.protocol.ClientMessage.Admin;
import claudemesh.protocol.ClientMessage.AdminAction;
import claudemesh.protocol.ClientMessage.ClientAck;
import claudemesh.protocol.ClientMessage.Forget;
import claudemesh.protocol.ClientMessage.GetState;
import claudemesh.protocol.ClientMessage.Hello;
import claudemesh.protocol.ClientMessage.JoinGroup;
import claudemesh.protocol.ClientMessage.LeaveGroup;
import claudemesh.protocol.ClientMessage.ListBans;
import claudemesh.protocol.ClientMessage.ListGrants;
import claudemesh.protocol.ClientMessage.ListPeers;
import claudemesh.protocol.ClientMessage.ListState;
import claudemesh.protocol.ClientMessage.MessageRead;
import claudemesh.protocol.ClientMessage.MessageStatus;
import claudemesh.protocol.ClientMessage.Opening;
import claudemesh.protocol.ClientMessage.Recall;
import claudemesh.protocol.ClientMessage.Remember;
import claudemesh.protocol.ClientMessage.Send;
import claudemesh.protocol.ClientMessage.SessionHello;
import claudemesh.protocol.ClientMessage.SetGrants;
import claudemesh.protocol.ClientMessage.SetProfile;
import claudemesh.protocol.ClientMessage.SetState;
import claudemesh.protocol.ClientMessage.SetStats;
import claudemesh.protocol.ClientMessage.SetStatus;
import claudemesh.protocol.ClientMessage.SetSummary;
import claudemesh.protocol.ClientMessage.SetVisible;
import claudemesh.protocol.ClientMessage.TopicCreate;
import claudemesh.protocol.ClientMessage.TopicDelete;
import claudemesh.protocol.ClientMessage.TopicHistory;
import claudemesh.protocol.ClientMessage.TopicJoin;
import claudemesh.protocol.ClientMessage.TopicLeave;
import claudemesh.protocol.ClientMessage.TopicList;
import claudemesh.protocol.ClientMessage.Unknown;
import java.util.Optional;

/** The client's half of {@link MessageCodec}: one case a type in each direction. */
final class ClientCodec {

  private static final String REQ_ID = "_reqId";

  private ClientCodec() {}

  static ClientMessage decode(Json frame) {
    String type = frame.string("type", "");
    Optional<String> reqId = frame.optionalString(REQ_ID);
    return switch (type) {
      case "hello" -> decodeHello(frame);
      case "session_hello" -> decodeSessionHello(frame);
      case "send" -> decodeSend(frame);
      case "client_ack" ->
          new ClientAck(
              frame.optionalString("clientMessageId"), frame.optionalString("brokerMessageId"));
      case "list_peers" -> new ListPeers(reqId);
      case "set_status" -> new SetStatus(frame.string("status"));
      case "set_summary" -> new SetSummary(frame.string("summary"));
      case "set_stats" -> new SetStats(requireField(frame, "stats"));
      case "set_visible" -> new SetVisible(frame.bool("visible", true), reqId);
      case "set_profile" ->
          new SetProfile(frame.toBuilder().remove("type").remove(REQ_ID).build(), reqId);
      case "join_group" -> new JoinGroup(Group.decode(frame));
      case "leave_group" -> new LeaveGroup(frame.string("name"));
      case "set_state" ->
          new SetState(frame.string("key"), frame.get("value").orElse(Json.parse("null")));
      case "get_state" -> new GetState(frame.string("key"), reqId);
      case "list_state" -> new ListState(reqId);
      case "remember" -> new Remember(frame.string("content"), frame.stringList("tags"), reqId);
      case "recall" -> new Recall(frame.string("query"), reqId);
      case "forget" -> new Forget(frame.string("memoryId"), reqId);
      case "kick" -> new Admin(AdminAction.KICK, frame.string("target", ""), reqId);
      case "disconnect" -> new Admin(AdminAction.DISCONNECT, frame.string("target", ""), reqId);
      case "ban" -> new Admin(AdminAction.BAN, frame.string("target", ""), reqId);
      case "unban" -> new Admin(AdminAction.UNBAN, frame.string("target", ""), reqId);
      case "list_bans" -> new ListBans(reqId);
      case "message_status" -> new MessageStatus(frame.string("messageId"), reqId);
      case "message_read" -> new MessageRead(frame.stringList("messageIds"));
      case "topic_create" -> TopicCodec.decodeCreate(frame, reqId);
      case "topic_list" -> new TopicList(reqId);
      case "topic_join" ->
          new TopicJoin(frame.string("topic"), frame.optionalString("role"), reqId);
      case "topic_leave" -> new TopicLeave(frame.string("topic"), reqId);
      case "topic_delete" -> new TopicDelete(frame.string("topic"), reqId);
      case "topic_history" -> TopicCodec.decodeHistory(frame, reqId);
      case "set_grants" -> GrantsCodec.decodeSet(frame, reqId);
      case "list_grants" -> new ListGrants(reqId);
      default -> new Unknown(type, frame.optionalString("id"), reqId);
    };
  }

  static Json encode(ClientMessage message) {
    return switch (message) {
      case Hello hello -> encodeHello(hello);
      case SessionHello hello -> encodeSessionHello(hello);
      case Send send -> encodeSend(send);
      case ClientAck ack ->
          frame("client_ack")
              .put("clientMessageId", ack.clientMessageId())
              .put("brokerMessageId", ack.brokerMessageId())
              .build();
      case ListPeers m -> request("list_peers", m).build();
      case SetStatus m -> frame("set_status").put("status", m.status()).build();
      case SetSummary m -> frame("set_summary").put("summary", m.summary()).build();
      case SetStats m -> frame("set_stats").put("stats", m.stats()).build();
      case SetVisible m -> request("set_visible", m).put("visible", m.visible()).build();
      case SetProfile m ->
          m.profile().toBuilder().put("type", "set_profile").put(REQ_ID, m.reqId()).build();
      case JoinGroup m ->
          frame("join_group").put("name", m.group().name()).put("role", m.group().role()).build();
      case LeaveGroup m -> frame("leave_group").put("name", m.name()).build();
      case SetState m -> frame("set_state").put("key", m.key()).put("value", m.value()).build();
      case GetState m -> request("get_state", m).put("key", m.key()).build();
      case ListState m -> request("list_state", m).build();
      case Remember m ->
          request("remember", m)
              .put("content", m.content())
              .put("tags", Json.strings(m.tags()))
              .build();
      case Recall m -> request("recall", m).put("query", m.query()).build();
      case Forget m -> request("forget", m).put("memoryId", m.memoryId()).build();
      case Admin m -> request(m.action().word(), m).put("target", m.target()).build();
      case ListBans m -> request("list_bans", m).build();
      case MessageStatus m -> request("message_status", m).put("messageId", m.messageId()).build();
      case MessageRead m ->
          frame("message_read").put("messageIds", Json.strings(m.messageIds())).build();
      case TopicCreate m -> TopicCodec.encode(request("topic_create", m), m);
      case TopicList m -> request("topic_list", m).build();
      case TopicJoin m -> TopicCodec.encode(request("topic_join", m), m);
      case TopicLeave m -> request("topic_leave", m).put("topic", m.topic()).build();
      case TopicDelete m -> request("topic_delete", m).put("topic", m.topic()).build();
      case TopicHistory m -> TopicCodec.encode(request("topic_history", m), m);
      case SetGrants m -> GrantsCodec.encode(request("set_grants", m), m);
      case ListGrants m -> request("list_grants", m).build();
      case Unknown m -> request(m.type(), m).put("id", m.id()).build();
    };
  }

  private static Hello decodeHello(Json frame) {
    return new Hello(
        frame.string("meshId"),
        frame.string("memberId"),
        frame.string("pubkey"),
        frame.string("sessionId"),
        frame.number("pid"),
        frame.string("cwd"),
        Lenient.number(frame, "timestamp"),
        Lenient.string(frame, "signature"),
        frame.optionalString("sessionPubkey").filter(key -> !key.isEmpty()),
        PeerDetails.decode(frame));
  }

  private static Json encodeHello(Hello hello) {
    Json.Builder frame =
        frame("hello")
            .put("meshId", hello.meshId())
            .put("memberId", hello.memberId())
            .put("pubkey", hello.pubkey());
    return finish(frame, hello).put("sessionPubkey", hello.sessionPubkey()).build();
  }

  private static SessionHello decodeSessionHello(Json frame) {
    return new SessionHello(
        frame.string("meshId"),
        frame.optionalString("parentMemberId"),
        Lenient.string(frame, "parentMemberPubkey"),
        Lenient.string(frame, "sessionPubkey"),
        frame.get("parentAttestation").filter(Json::isObject).map(ParentAttestation::decode),
        frame.string("sessionId"),
        frame.number("pid"),
        frame.string("cwd"),
        Lenient.number(frame, "timestamp"),
        Lenient.string(frame, "signature"),
        PeerDetails.decode(frame));
  }

  private static Json encodeSessionHello(SessionHello hello) {
    Json.Builder frame =
        frame("session_hello")
            .put("meshId", hello.meshId())
            .put("parentMemberId", hello.parentMemberId())
            .put("parentMemberPubkey", hello.parentMemberPubkey())
            .put("sessionPubkey", hello.sessionPubkey())
            .put(
                "parentAttestation",
                hello.attestation().map(ParentAttestation::encode).orElse(null));
    return finish(frame, hello).build();
  }

  private static Json.Builder finish(Json.Builder frame, Opening hello) {
    frame
        .put("sessionId", hello.sessionId())
        .put("pid", hello.pid())
        .put("cwd", hello.cwd())
        .put("timestamp", hello.timestamp())
        .put("signature", hello.signature());
    hello.details().encodeInto(frame);
    return frame;
  }

  private static Send decodeSend(Json frame) {
    String id = frame.string("id", ""); // deployed clients leave it out, and the ack has none then
    return new Send(
        id,
        frame.string("client_message_id", id),
        frame.optionalString("request_fingerprint"),
        frame.string("targetSpec"),
        decodePriority(frame),
        frame.string("nonce", ""),
        frame.string("ciphertext"),
        frame.stringList("mentions"),
        frame.optionalString("replyToId"),
        frame.optionalNumber("bodyVersion"),
        frame.optionalString("afterId"));
  }

  private static Json encodeSend(Send send) {
    Json.Builder frame =
        frame("send")
            .put("id", send.id())
            .put("client_message_id", send.clientMessageId())
            .put("request_fingerprint", send.requestFingerprint())
            .put("targetSpec", send.targetSpec())
            .put("priority", send.priority().word())
            .put("nonce", send.nonce())
            .put("ciphertext", send.ciphertext())
            .put("replyToId", send.replyToId())
            .put("bodyVersion", send.bodyVersion())
            .put("afterId", send.afterId());
    if (!send.mentions().isEmpty()) {
      frame.put("mentions", Json.strings(send.mentions()));
    }
    return frame.build();
  }

  private static Priority decodePriority(Json frame) {
    try {
      return Priority.of(frame.string("priority", Priority.NEXT.word()));
    } catch (IllegalArgumentException e) {
      // Without the word itself: a stranger's words have no place in a log.
      throw new JsonException("priority: expected now, next or low, found another word");
    }
  }

  private static Json requireField(Json frame, String field) {
    return frame
        .get(field)
        .orElseThrow(() -> new JsonException(field + ": expected a value, found nothing"));
  }

  private static Json.Builder frame(String type) {
    return Json.object().put("type", type);
  }

  private static Json.Builder request(String type, ClientMessage message) {
    return frame(type).put(REQ_ID, message.reqId());
  }
}
