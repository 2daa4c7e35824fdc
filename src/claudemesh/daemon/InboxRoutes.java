package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.store.InboxFilter;
import claudemesh.store.InboxRow;
import claudemesh.store.InboxScope;
import claudemesh.store.InboxStore;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What has come in: {@code GET /v1/inbox}, {@code POST /v1/inbox/seen}, {@code DELETE /v1/inbox}
 * and {@code DELETE /v1/inbox/ID}. A session sees and touches its own mail; without one it is the
 * member's; with {@code scope=all}, which no session may say, everybody's.
 *
 * <p>A list says the {@code position} up to which it has looked. Whoever follows an inbox asks with
 * {@code after=POSITION}, oldest first, until the position stays the same: no burst is too long.
 */
final class InboxRoutes implements ApiRoutes {

  private static final int USUAL_ROWS = 100;
  private static final int PAGE = 1_000;

  private final ApiParts parts;

  InboxRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal, IOException, InterruptedException {
    return switch (request.verb()) {
      case "GET " -> list(request);
      case "POST seen" -> markSeen(request);
      case "DELETE " -> clear(request);
      default -> request.method().equals("DELETE") ? delete(request) : ApiReply.notFound();
    };
  }

  private InboxStore inbox() {
    return parts.parts().inbox();
  }

  private ApiReply list(ApiRequest request) throws ApiRefusal, IOException, InterruptedException {
    InboxScope scope = scope(request);
    int limit = request.limit(USUAL_ROWS);
    if (request.flag("unreadable", false)) {
      return ApiReply.list(
          "items", inbox().unreadable(scope, limit).stream().map(this::json).toList());
    }
    OptionalLong after = request.position("after");
    List<InboxRow> found = rows(request, scope, limit, after);
    long position = found.stream().mapToLong(InboxRow::position).max().orElse(after.orElse(0));
    List<InboxRow> rows = ofTopic(request.query("topic"), found).limit(limit).toList();
    List<String> unread =
        rows.stream().filter(row -> row.seenAt().isEmpty()).map(InboxRow::id).toList();
    int marked = 0;
    if (request.flag("mark_seen", true) && !unread.isEmpty()) {
      marked = OutboxRoutes.await(inbox().markSeen(scope, unread));
    }
    return ApiReply.ok(
        Json.object()
            .put("items", Json.array(rows.stream().map(this::json).toList()))
            .put("marked_seen", marked)
            .put("position", position));
  }

  /** The newest, newest first; behind a position those that come next, oldest first. */
  private List<InboxRow> rows(ApiRequest request, InboxScope scope, int limit, OptionalLong after)
      throws ApiRefusal {
    InboxFilter filter =
        new InboxFilter(
            scope,
            request.flag("unread_only", false),
            request.query("from"),
            request.time("since"));
    if (after.isPresent()) {
      return inbox().after(filter, after.getAsLong(), limit);
    }
    boolean some = request.query("topic").isPresent();
    return inbox().newest(filter, some ? Math.max(limit, PAGE) : limit);
  }

  private static Stream<InboxRow> ofTopic(Optional<String> topic, List<InboxRow> rows) {
    return rows.stream().filter(row -> topic.isEmpty() || row.message().topic().equals(topic));
  }

  private ApiReply markSeen(ApiRequest request)
      throws ApiRefusal, IOException, InterruptedException {
    List<String> ids = request.body().stringList("ids");
    if (ids.isEmpty()) {
      throw new ApiRefusal(400, "missing 'ids' (string[])");
    }
    int marked = OutboxRoutes.await(inbox().markSeen(scope(request), ids));
    return ApiReply.ok(Json.object().put("marked_seen", marked));
  }

  private ApiReply clear(ApiRequest request) throws ApiRefusal, IOException, InterruptedException {
    InboxFilter filter =
        new InboxFilter(
            scope(request),
            request.flag("unread_only", false),
            request.query("from"),
            request.time("since"));
    Optional<Instant> before = request.time("before");
    int removed =
        before.isEmpty()
            ? OutboxRoutes.await(inbox().clear(filter))
            : clearBefore(filter, before.get());
    return ApiReply.ok(Json.object().put("removed", removed));
  }

  private int clearBefore(InboxFilter filter, Instant before)
      throws IOException, InterruptedException {
    int removed = 0;
    long position = 0;
    List<InboxRow> page = inbox().after(filter, position, PAGE);
    while (!page.isEmpty()) {
      for (InboxRow row : page) {
        boolean old = row.receivedAt().isBefore(before);
        if (old && OutboxRoutes.await(inbox().delete(filter.scope(), row.id()))) {
          removed++;
        }
      }
      position = page.getLast().position();
      page = inbox().after(filter, position, PAGE);
    }
    return removed;
  }

  private ApiReply delete(ApiRequest request) throws ApiRefusal, IOException, InterruptedException {
    String id = request.rest();
    if (!OutboxRoutes.await(inbox().delete(scope(request), id))) {
      return new ApiReply(404, Json.object().put("error", "not found").put("id", id).build());
    }
    return ApiReply.ok(Json.object().put("removed", 1).put("id", id));
  }

  /** Whose mail the request is about. */
  private InboxScope scope(ApiRequest request) throws ApiRefusal {
    Optional<RegisteredSession> session = request.session();
    Optional<String> named = request.query("mesh").or(() -> session.map(RegisteredSession::mesh));
    Optional<AttachedMesh> mesh = named.flatMap(parts.choice()::find);
    if (named.isPresent() && mesh.isEmpty()) {
      return new InboxScope(named, Optional.of(Set.of()));
    }
    Optional<String> own = session.flatMap(RegisteredSession::pubkey);
    if (own.isPresent()) {
      return new InboxScope(mesh.map(AttachedMesh::meshId), own.map(Set::of));
    }
    if (session.isEmpty() && request.query("scope").filter("all"::equals).isPresent()) {
      return new InboxScope(mesh.map(AttachedMesh::meshId), Optional.empty());
    }
    return new InboxScope(mesh.map(AttachedMesh::meshId), Optional.of(memberKeys(mesh)));
  }

  private Set<String> memberKeys(Optional<AttachedMesh> only) {
    Set<String> keys = new HashSet<>();
    for (AttachedMesh mesh : only.map(List::of).orElseGet(parts.meshes()::attached)) {
      mesh.memberKey().ifPresent(keys::add);
    }
    return keys;
  }

  private Json json(InboxRow row) {
    String meshId = row.message().recipient().mesh();
    return InboxJson.encode(
        row, parts.meshes().find(meshId).map(AttachedMesh::slug).orElse(meshId));
  }
}
