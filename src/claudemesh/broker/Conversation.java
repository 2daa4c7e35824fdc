package claudemesh.broker;

import claudemesh.http.WsConnection;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.json.Log;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.BrokerMessage.Ack;
import claudemesh.protocol.BrokerMessage.Error;
import claudemesh.protocol.BrokerMessage.GrantsList;
import claudemesh.protocol.BrokerMessage.MemoryResults;
import claudemesh.protocol.BrokerMessage.MemoryStored;
import claudemesh.protocol.BrokerMessage.PeersList;
import claudemesh.protocol.BrokerMessage.StateList;
import claudemesh.protocol.BrokerMessage.StateResult;
import claudemesh.protocol.ClientMessage;
import claudemesh.protocol.ClientMessage.Admin;
import claudemesh.protocol.ClientMessage.ClientAck;
import claudemesh.protocol.ClientMessage.Forget;
import claudemesh.protocol.ClientMessage.GetState;
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
import claudemesh.protocol.ErrorCode;
import claudemesh.protocol.Group;
import claudemesh.protocol.MessageCodec;
import claudemesh.store.Saved;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What a connection says once it is on the mesh. Every frame is answered, or needs no answer: what
 * cannot be read, is not known or fails gets an error frame, and the connection stays.
 */
final class Conversation {

  static final int LONGEST_SUMMARY = 2_000;
  static final int LONGEST_PROFILE = 16_384;
  static final int LONGEST_STATS = 4_096;
  static final int LONGEST_GROUP = 128;
  static final int MOST_GROUPS = 64;
  private static final int ECHOED_TYPE = 64;
  private static final int MOST_READ_AT_ONCE = 1_000;

  private final MeshRoom room;
  private final BrokerParts parts;
  private final Presence presence;
  private final WsConnection connection;
  private final Sending sending;
  private final Moderation moderation;
  private final Inquiry inquiry;
  private final TopicDesk topics;

  Conversation(MeshRoom room, BrokerParts parts, Presence presence, WsConnection connection) {
    this.room = room;
    this.parts = parts;
    this.presence = presence;
    this.connection = connection;
    this.sending = new Sending(room, parts, presence, connection);
    this.moderation = new Moderation(room, parts);
    this.topics = new TopicDesk(room, parts, presence);
    this.inquiry = new Inquiry(room, parts.store());
  }

  /** Takes one text frame. */
  void hear(String text) {
    Json frame = null;
    try {
      frame = Json.parseObject(text);
      answer(MessageCodec.decodeFromClient(frame));
    } catch (JsonException e) {
      fail(frame, ErrorCode.MALFORMED, e.getMessage());
    } catch (RequestRefused e) {
      fail(frame, e.code(), e.getMessage());
    } catch (IOException | RuntimeException e) {
      Log.error("request_failed", "mesh", room.meshId(), "error", e);
      fail(frame, ErrorCode.INTERNAL, "the broker failed to do this; its log says why");
    }
  }

  private void answer(ClientMessage message) throws IOException {
    switch (message) {
      case Send send -> sending.send(send);
      case ClientAck ack -> room.acknowledged(presence, ack);
      case ListPeers m -> reply(new PeersList(room.peersSeenBy(presence), m.reqId()));
      case SetStatus m -> setStatus(m);
      case SetSummary m -> setSummary(m);
      case SetStats m -> setStats(m);
      case SetVisible m -> {
        requireSaved(room.setVisible(presence, m.visible()));
        done(m.reqId());
      }
      case SetProfile m -> {
        setProfile(m);
        done(m.reqId());
      }
      case JoinGroup m -> join(m.group());
      case LeaveGroup m -> leave(m.name());
      case SetState m -> setState(m);
      case GetState m -> reply(new StateResult(room.state().get(m.key()), m.reqId()));
      case ListState m -> reply(new StateList(room.state().all(), m.reqId()));
      case Remember m -> remember(m);
      case Recall m -> reply(new MemoryResults(room.memory().recall(m.query()), m.reqId()));
      case Forget m -> forget(m);
      case Admin m -> reply(moderation.answer(presence, m));
      case ListBans m -> reply(moderation.answer(presence, m));
      case MessageStatus m -> reply(inquiry.answer(presence, m));
      case MessageRead m -> read(m);
      case TopicCreate m -> reply(topics.create(m));
      case TopicList m -> reply(topics.list(m.reqId()));
      case TopicJoin m -> {
        topics.join(m);
        doneIfAsked(m.reqId());
      }
      case TopicLeave m -> {
        topics.leave(m);
        doneIfAsked(m.reqId());
      }
      case TopicDelete m -> {
        topics.delete(m);
        doneIfAsked(m.reqId());
      }
      case TopicHistory m -> reply(topics.history(m));
      case SetGrants m -> {
        room.grants().change(presence.member.pubkey(), m.changes(), parts.clock().wallTime());
        reply(grants(m.reqId()));
      }
      case ListGrants m -> reply(grants(m.reqId()));
      case Opening m ->
          throw new RequestRefused(RequestRefused.INVALID, "this connection has said its hello");
      case Unknown m ->
          throw new RequestRefused(
              ErrorCode.UNKNOWN_MESSAGE_TYPE, "unknown message type \"" + cut(m.type()) + "\"");
    }
  }

  private void setStatus(SetStatus request) {
    if (!Presence.STATUSES.contains(request.status())) {
      throw new RequestRefused(
          RequestRefused.INVALID,
          "status: expected idle, working or dnd, found \"" + cut(request.status()) + "\"");
    }
    room.setStatus(presence, request.status());
  }

  private void setSummary(SetSummary request) {
    RequestRefused.requireLength("summary", request.summary().length(), LONGEST_SUMMARY);
    change(self -> self.setSummary(request.summary()));
  }

  private void setStats(SetStats request) {
    if (!request.stats().isObject()) {
      throw new RequestRefused(RequestRefused.INVALID, "stats: expected an object");
    }
    RequestRefused.requireLength("stats", request.stats().toString().length(), LONGEST_STATS);
    change(self -> self.setStats(request.stats()));
  }

  private void setProfile(SetProfile request) {
    change(
        self -> {
          Json merged = self.mergedProfile(request.profile());
          RequestRefused.requireLength("profile", merged.toString().length(), LONGEST_PROFILE);
          self.setProfile(merged);
        });
  }

  private void join(Group group) {
    RequestRefused.requireLength("name", group.name().length(), LONGEST_GROUP);
    group
        .role()
        .ifPresent(role -> RequestRefused.requireLength("role", role.length(), LONGEST_GROUP));
    change(
        self -> {
          RequestRefused.requireRoom("groups", self.groups().size(), MOST_GROUPS);
          self.join(group);
        });
  }

  private void leave(String group) {
    change(self -> self.leave(group));
  }

  private void change(Consumer<Presence> change) {
    requireSaved(room.change(presence, change));
  }

  // Waits until it is stored, so that what was answered is not lost.
  private static void requireSaved(CompletableFuture<Saved> told) {
    if (told.join() instanceof Saved.Failed failed) {
      throw new RequestRefused(ErrorCode.INTERNAL, "not stored yet: " + failed.reason());
    }
  }

  private String name() {
    return room.with(presence, Presence::displayName);
  }

  private void setState(SetState request) {
    room.state()
        .set(
            request.key(),
            request.value(),
            name(),
            parts.clock().wallTime(),
            changed -> room.tellOthers(presence, changed));
  }

  private void remember(Remember request) {
    String id = room.memory().remember(request, name(), parts.clock().wallTime());
    reply(new MemoryStored(id, request.reqId()));
  }

  private void forget(Forget request) {
    room.memory().forget(request.memoryId());
    String id = request.memoryId();
    reply(new Ack(id, id, false, Optional.empty(), request.reqId()));
  }

  private void read(MessageRead request) {
    RequestRefused.requireRoom("messageIds", request.messageIds().size() - 1, MOST_READ_AT_ONCE);
    for (String messageId : request.messageIds()) {
      room.acknowledged(presence, new ClientAck(Optional.empty(), Optional.of(messageId)));
      presence.mailboxes.forEach(mailbox -> parts.store().markRead(mailbox, messageId));
    }
  }

  private GrantsList grants(Optional<String> reqId) {
    return new GrantsList(room.grants().of(presence.member.pubkey()), reqId);
  }

  // As deployed brokers do without a correlation id, for joining and leaving topics.
  private void doneIfAsked(Optional<String> reqId) {
    if (reqId.isPresent()) {
      done(reqId);
    }
  }

  private void done(Optional<String> reqId) {
    reply(new Ack(reqId.orElse(""), "", false, Optional.empty(), reqId));
  }

  private void reply(BrokerMessage message) {
    connection.send(MessageCodec.encode(message));
  }

  private void fail(Json frame, String code, String message) {
    reply(new Error(code, message, read(frame, "id"), read(frame, "_reqId")));
  }

  /** An id of a frame that may be anything. */
  private static Optional<String> read(Json frame, String field) {
    try {
      return frame == null ? Optional.empty() : frame.optionalString(field);
    } catch (JsonException notText) {
      return Optional.empty();
    }
  }

  private static String cut(String text) {
    return text.length() <= ECHOED_TYPE ? text : text.substring(0, ECHOED_TYPE) + "…";
  }
}
