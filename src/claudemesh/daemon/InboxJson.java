package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.store.InboxContent;
import claudemesh.store.InboxRow;
import claudemesh.store.NewIncoming;
import java.util.Locale;
import java.util.Optional;

/** A message in a list of the inbox, as the daemon's IPC shows it (protocol.md §8). */
final class InboxJson {

  private InboxJson() {}

  /**
   * Writes a message: the fields of deployed daemons in their order, then ours. One that could not
   * be opened has no text, is marked {@code unreadable} and says why.
   *
   * @param row the message
   * @param mesh the mesh's short name
   */
  static Json encode(InboxRow row, String mesh) {
    NewIncoming message = row.message();
    Json.Builder json =
        Json.object()
            .put("id", row.id())
            .put("client_message_id", message.clientMessageId().orElse(message.brokerMessageId()))
            .put("broker_message_id", message.brokerMessageId())
            .put("mesh", mesh);
    put(json, "topic", message.topic());
    json.put("sender_pubkey", message.sender().key())
        .put("sender_name", message.sender().name().orElse(""));
    put(json, "body", body(message.content()));
    json.put("received_at", Iso.of(row.receivedAt()));
    put(json, "reply_to_id", message.replyToId());
    put(json, "seen_at", row.seenAt().map(Iso::of));
    json.put("recipient_pubkey", message.recipient().key())
        .put("recipient_kind", message.recipient().kind().name().toLowerCase(Locale.ROOT));
    put(json, "sender_member_pubkey", message.sender().memberKey());
    json.put("priority", message.priority()).put("created_at", Iso.of(message.createdAt()));
    switch (message.content()) {
      case InboxContent.Readable readable -> json.put("encrypted", readable.encrypted());
      case InboxContent.Unreadable unreadable ->
          json.put("unreadable", true).put("why", unreadable.reason());
    }
    return json.build();
  }

  private static Optional<String> body(InboxContent content) {
    return content instanceof InboxContent.Readable readable
        ? Optional.of(readable.body())
        : Optional.empty();
  }

  /** A field that is there in any case, with null for nothing. */
  private static void put(Json.Builder json, String field, Optional<String> value) {
    json.putNull(field).put(field, value);
  }
}
