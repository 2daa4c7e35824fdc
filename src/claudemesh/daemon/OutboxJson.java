package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.store.OutboxRow;
import claudemesh.store.OutboxStatus;
import java.util.Locale;
import java.util.Optional;

/** A message of the outbox as the daemon's IPC shows it (protocol.md §8), without its text. */
final class OutboxJson {

  private OutboxJson() {}

  /**
   * Writes a message: the fields of deployed daemons in their order, then ours.
   *
   * @param row the message
   * @param mesh the mesh's short name
   */
  static Json encode(OutboxRow row, String mesh) {
    Json.Builder json =
        Json.object()
            .put("id", row.id())
            .put("client_message_id", row.message().clientMessageId())
            .put("status", word(row.status()))
            .put("attempts", row.attempts())
            .put("enqueued_at", Iso.of(row.enqueuedAt()))
            .put("next_attempt_at", Iso.of(row.nextAttemptAt()));
    put(json, "delivered_at", row.deliveredAt().map(Iso::of));
    put(json, "broker_message_id", row.brokerMessageId());
    put(json, "last_error", row.lastError());
    put(json, "aborted_at", row.abortedAt().map(Iso::of));
    put(json, "aborted_by", row.abortedBy());
    // Ours is sent again as it is, never superseded by another.
    json.putNull("superseded_by").put("payload_bytes", row.textBytes());
    json.put("mesh", mesh)
        .put("to", row.message().target())
        .put("via", row.message().via().key())
        .put("priority", row.message().priority());
    return json.build();
  }

  /** A field that is there in any case, with null for nothing. */
  private static void put(Json.Builder json, String field, Optional<String> value) {
    json.putNull(field).put(field, value);
  }

  /** A status by its word in the IPC. */
  static Optional<OutboxStatus> status(String word) {
    for (OutboxStatus status : OutboxStatus.values()) {
      if (word(status).equals(word)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }

  static String word(OutboxStatus status) {
    return status.name().toLowerCase(Locale.ROOT);
  }
}
