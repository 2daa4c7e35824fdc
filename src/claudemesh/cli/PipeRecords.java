package claudemesh.cli;

import claudemesh.client.EndingAdvice;
import claudemesh.client.InboundMessage;
import claudemesh.json.Json;
import claudemesh.lifecycle.StatusChange;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.Group;
import java.time.Instant;
import java.util.List;

/**
 * The JSON lines that {@code connect} prints, one shape a type. Pure.
 *
 * <pre>
 *   {type:"status", status, mesh, name, pubkey, attempt?, why?, next_try?}
 *   {type:"ack", id, message_id, line}
 *   {type:"message", id, message_id, mesh, from, sender_pubkey, sender_member_pubkey?, to?, topic?,
 *    body, encrypted, priority, created_at, reply_to?}
 *   {type:"unreadable", message_id, mesh, sender_pubkey, why}
 *   {type:"peer_joined" | "peer_left" | "peer_returned" | …, mesh, name, pubkey, groups?, created_at}
 *   {type:"state_change", mesh, key, value, updated_by}
 *   {type:"error", line, id?, code, message}
 * </pre>
 */
final class PipeRecords {

  static final String STATUS = "status";
  static final String ACK = "ack";
  static final String MESSAGE = "message";
  static final String UNREADABLE = "unreadable";
  static final String STATE_CHANGE = "state_change";
  static final String ERROR = "error";

  /** Every type there is; a newer broker may have more events. */
  static final List<String> TYPES =
      List.of(
          STATUS,
          ACK,
          MESSAGE,
          UNREADABLE,
          STATE_CHANGE,
          ERROR,
          "peer_joined",
          "peer_returned",
          "peer_left",
          "peer_visible",
          "peer_hidden");

  private PipeRecords() {}

  static Json status(String mesh, String name, String pubkey, StatusChange change) {
    Json.Builder line =
        of(STATUS)
            .put("status", change.status().word())
            .put("mesh", mesh)
            .put("name", name)
            .put("pubkey", pubkey);
    if (change.attempt() > 0) {
      line.put("attempt", change.attempt());
    }
    return line.put("why", change.cause().map(EndingAdvice::of))
        .put("next_try", change.nextTry().map(Instant::toString))
        .build();
  }

  static Json ack(String id, String messageId, long line) {
    return of(ACK).put("id", id).put("message_id", messageId).put("line", line).build();
  }

  static Json message(String mesh, String from, InboundMessage message) {
    return of(MESSAGE)
        .put("id", message.id())
        .put("message_id", message.messageId())
        .put("mesh", mesh)
        .put("from", from)
        .put("sender_pubkey", message.senderPubkey())
        .put("sender_member_pubkey", unlessEmpty(message.senderMemberPubkey()))
        .put("to", unlessEmpty(message.target()))
        .put("topic", message.topic())
        .put("body", message.text())
        .put("encrypted", message.encrypted())
        .put("priority", message.priority().word())
        .put("created_at", message.createdAt())
        .put("reply_to", message.replyToId())
        .build();
  }

  static Json unreadable(String mesh, String messageId, String senderPubkey, String why) {
    return of(UNREADABLE)
        .put("message_id", messageId)
        .put("mesh", mesh)
        .put("sender_pubkey", senderPubkey)
        .put("why", why)
        .build();
  }

  static Json event(String mesh, BrokerMessage.SystemEvent event) {
    Json.Builder line =
        of(event.event()).put("mesh", mesh).put("name", event.name()).put("pubkey", event.pubkey());
    if (!event.groups().isEmpty()) {
      line.put("groups", Json.strings(event.groups().stream().map(Group::name).toList()));
    }
    return line.put("created_at", event.createdAt()).build();
  }

  static Json stateChange(String mesh, BrokerMessage.StateChange change) {
    return of(STATE_CHANGE)
        .put("mesh", mesh)
        .put("key", change.key())
        .putNull("value")
        .put("value", change.value().orElse(null))
        .put("updated_by", change.updatedBy())
        .build();
  }

  static Json error(long line, String id, String code, String message) {
    return of(ERROR)
        .put("line", line)
        .put("id", id)
        .put("code", code)
        .put("message", message)
        .build();
  }

  private static Json.Builder of(String type) {
    return Json.object().put("type", type);
  }

  private static String unlessEmpty(String text) {
    return text.isEmpty() ? null : text;
  }
}
