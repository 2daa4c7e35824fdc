package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.store.InboxContent;
import claudemesh.store.InboxRecipient;
import claudemesh.store.NewIncoming;
import java.time.Instant;
import java.util.Locale;

/** A message of the inbox as the daemon's IPC shows it (protocol.md §8). */
final class MessageJson {

  private MessageJson() {}

  /**
   * Writes a message, in the order of fields that deployed daemons have.
   *
   * @param id its id in the inbox
   * @param at when it was stored
   * @param mesh the mesh's short name
   * @param message the message
   * @return the fields; one that could not be opened has no text, is marked {@code unreadable} and
   *     says why
   */
  static Json encode(String id, Instant at, String mesh, NewIncoming message) {
    Json.Builder row =
        Json.object()
            .put("ts", at.toString())
            .put("id", id)
            .put("mesh", mesh)
            .put("client_message_id", message.clientMessageId().orElse(message.brokerMessageId()))
            .put("broker_message_id", message.brokerMessageId())
            .put("sender_pubkey", message.sender().key())
            .putNull("sender_member_pubkey")
            .put("sender_member_pubkey", message.sender().memberKey())
            .put("sender_name", message.sender().name().orElse(""))
            .putNull("topic")
            .put("topic", message.topic())
            .putNull("reply_to_id")
            .put("reply_to_id", message.replyToId())
            .put("priority", message.priority());
    switch (message.content()) {
      case InboxContent.Readable readable ->
          row.put("body", readable.body()).put("encrypted", readable.encrypted());
      case InboxContent.Unreadable unreadable ->
          row.putNull("body").put("unreadable", true).put("why", unreadable.reason());
    }
    return row.put("created_at", message.createdAt().toString())
        .put("recipient_pubkey", message.recipient().key())
        .put("recipient_kind", word(message.recipient().kind()))
        .build();
  }

  private static String word(InboxRecipient.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
