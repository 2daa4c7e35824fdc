package claudemesh.daemon;

import claudemesh.daemon.Events.Kind;
import claudemesh.daemon.Events.Scope;
import claudemesh.json.Json;
import claudemesh.store.OutboxRow;

/** Tells what becomes of the messages that go out over one connection. Thread-safe. */
final class OutboxEvents {

  private final Events events;
  private final String mesh;
  private final Scope scope;

  /**
   * For one connection.
   *
   * @param events where to tell
   * @param mesh the mesh's short name
   * @param scope whose messages they are
   */
  OutboxEvents(Events events, String mesh, Scope scope) {
    this.events = events;
    this.mesh = mesh;
    this.scope = scope;
  }

  /** The broker has it. */
  void done(OutboxRow row, String brokerMessageId) {
    publish(about(row, "done").put("broker_message_id", brokerMessageId));
  }

  /** It will never be taken. */
  void dead(OutboxRow row, String reason) {
    publish(about(row, "dead").put("last_error", reason));
  }

  /** It was not taken this time and is tried again. */
  void delayed(OutboxRow row, String reason) {
    publish(about(row, "pending").put("last_error", reason));
  }

  private Json.Builder about(OutboxRow row, String status) {
    return Json.object()
        .put("mesh", mesh)
        .put("id", row.id())
        .put("client_message_id", row.message().clientMessageId())
        .put("to", row.message().target())
        .put("status", status);
  }

  private void publish(Json.Builder data) {
    events.publish(Kind.OUTBOX, scope, data.build());
  }
}
