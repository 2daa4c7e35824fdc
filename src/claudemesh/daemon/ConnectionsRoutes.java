package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.store.InboxRecipient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code GET /v1/connections?mesh=}: every connection in figures, for who looks again and again.
 * {@code received}, {@code sent} and {@code opened} only grow while the daemon lives, and {@code
 * clock_ms} is its monotonic clock: two answers make a rate, whatever happened between them.
 */
final class ConnectionsRoutes implements ApiRoutes {

  private final ApiParts parts;
  private final long startedNanos;

  ConnectionsRoutes(ApiParts parts) {
    this.parts = parts;
    this.startedNanos = parts.clock().nanoTime();
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal {
    if (!request.verb().equals("GET ")) {
      return ApiReply.notFound();
    }
    Map<InboxRecipient, Long> unread = parts.parts().inbox().unread();
    Duration clock = parts.clock().since(startedNanos);
    List<Json> rows = new ArrayList<>();
    for (AttachedMesh mesh : parts.choice().all(request.query("mesh"), request.sessionIfKnown())) {
      for (MeshConnection connection : mesh.connections()) {
        rows.add(row(connection, unread));
      }
    }
    return ApiReply.ok(
        Json.object()
            .put("at", Iso.of(parts.clock().wallTime()))
            .put("started_at", Iso.of(parts.startedAt()))
            .put("clock_ms", clock.toMillis())
            .put("connections", Json.array(rows)));
  }

  private static Json row(MeshConnection connection, Map<InboxRecipient, Long> unread) {
    ConnectionStatus status = connection.status();
    Json.Builder row =
        Json.object()
            .put("mesh", connection.mesh().slug())
            .put("kind", connection.kind().word())
            .put("name", connection.name())
            .put("pubkey", connection.pubkey())
            .put("status", status.word())
            .put("why", status.why())
            .put("next_try", status.nextTry().map(Iso::of))
            .put("opened", connection.opened())
            .put("received", connection.received())
            .put("sent", connection.sent())
            .put("outbox", connection.waiting())
            .put("unread", unread.getOrDefault(recipient(connection), 0L));
    Optional<EndingRecord> last = connection.lastEnding();
    last.ifPresent(ending -> row.put("last_ending", EndingsRoutes.ending(ending)));
    return row.build();
  }

  private static InboxRecipient recipient(MeshConnection connection) {
    return new InboxRecipient(
        connection.mesh().meshId(),
        connection.pubkey(),
        connection.kind() == MeshConnection.Kind.SESSION
            ? InboxRecipient.Kind.SESSION
            : InboxRecipient.Kind.MEMBER);
  }
}
