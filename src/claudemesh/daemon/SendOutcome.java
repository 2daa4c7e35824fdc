package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.protocol.Target;
import claudemesh.store.OutboxRow;
import claudemesh.store.OutboxStatus;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Waits for what becomes of a message that was just taken: for who asked to be told ({@code
 * wait_ms}). It hears of it from before the message is taken, so that nothing is missed. While the
 * connection is away it waits only a little: that may last for days.
 */
final class SendOutcome {

  private static final Duration LONGEST = Duration.ofSeconds(25);
  private static final Duration WHILE_AWAY = Duration.ofSeconds(2);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private static final Optional<String> NONE = Optional.empty();

  private final DaemonParts parts;
  private final String clientMessageId;
  private final Deadline deadline;
  private final Events.Follower follower;

  SendOutcome(DaemonParts parts, String clientMessageId, long waitMillis) {
    this.parts = parts;
    this.clientMessageId = clientMessageId;
    this.deadline = Deadline.in(Duration.ofMillis(Math.min(waitMillis, LONGEST.toMillis())));
    this.follower = parts.events().follow(OptionalLong.empty(), this::concerns);
  }

  private boolean concerns(Events.Event event) {
    return event.kind() == Events.Kind.OUTBOX
        && event.data().string("client_message_id", "").equals(clientMessageId);
  }

  /** 200 when it is settled ({@code done} or {@code dead}), 202 while it is {@code queued}. */
  ApiReply await(AttachedMesh mesh, Optional<String> via, Target target)
      throws InterruptedException {
    Deadline away = Deadline.in(WHILE_AWAY);
    Optional<String> why = Optional.empty();
    while (!deadline.passed() && !follower.ended()) {
      Duration left = deadline.left();
      Optional<Events.Event> event =
          follower.next(left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN);
      if (event.isPresent() && event.get().data().string("mesh", "").equals(mesh.slug())) {
        Json told = event.get().data();
        // By its own word: the outbox writes it down behind, and would be asked too early.
        if (told.string("status").equals("done")) {
          return settled("done", told.optionalString("broker_message_id"), NONE, target);
        }
        why = told.optionalString("last_error");
      }
      Optional<OutboxRow> row = row(mesh);
      if (row.isPresent() && isSettled(row.get())) {
        return settled(row.get(), target);
      }
      ConnectionStatus status = status(mesh, via);
      if (!status.isOpen() && away.passed()) {
        why = why.or(status::why).or(() -> Optional.of("the broker is away"));
        break;
      }
    }
    return new ApiReply(202, about("queued", target).put("last_error", why).build());
  }

  private static ConnectionStatus status(AttachedMesh mesh, Optional<String> via) {
    return via.flatMap(mesh::session).map(MeshConnection::status).orElseGet(mesh::status);
  }

  private Optional<OutboxRow> row(AttachedMesh mesh) {
    return parts.outbox().findByClientId(clientMessageId).stream()
        .filter(row -> row.message().via().mesh().equals(mesh.meshId()))
        .findFirst();
  }

  private static boolean isSettled(OutboxRow row) {
    return row.status() == OutboxStatus.DONE
        || row.status() == OutboxStatus.DEAD
        || row.status() == OutboxStatus.ABORTED;
  }

  private ApiReply settled(OutboxRow row, Target target) {
    boolean done = row.status() == OutboxStatus.DONE;
    return settled(
        done ? "done" : "dead", row.brokerMessageId(), done ? NONE : row.lastError(), target);
  }

  private ApiReply settled(
      String status, Optional<String> brokerMessageId, Optional<String> error, Target target) {
    return ApiReply.ok(
        about(status, target).put("broker_message_id", brokerMessageId).put("last_error", error));
  }

  private Json.Builder about(String status, Target target) {
    return Json.object()
        .put("client_message_id", clientMessageId)
        .put("status", status)
        .put("to", target.spec());
  }
}
