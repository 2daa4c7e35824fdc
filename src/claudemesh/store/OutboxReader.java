package claudemesh.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Questions about the outbox: what is on disk, and as it stands with what is in flight. Safe from
 * any thread.
 */
final class OutboxReader {

  private final Reading reading;
  private final PendingOutbox pending;

  OutboxReader(Reading reading, PendingOutbox pending) {
    this.reading = reading;
    this.pending = pending;
  }

  /** The row of a number, sound or not; empty if there is none, or the store is closed. */
  Optional<OutboxRows.Found> byNo(long no) {
    return reading.ask(Optional.empty(), connection -> OutboxRows.byNo(connection, no));
  }

  /** See {@link OutboxStore#list}. */
  List<OutboxRow> list(OutboxQuery query) {
    if (query.status().equals(Optional.of(OutboxStatus.INFLIGHT))) {
      return inFlight(query);
    }
    // On disk those in flight are pending: as many more may have to be left out.
    boolean onlyPending = query.status().equals(Optional.of(OutboxStatus.PENDING));
    int more = onlyPending ? pending.inFlight().size() : 0;
    List<OutboxRow> rows =
        reading.ask(
            List.of(),
            connection ->
                OutboxRows.newest(
                    connection,
                    query.mesh(),
                    query.status(),
                    (int) Math.min(Integer.MAX_VALUE, (long) query.limit() + more)));
    return rows.stream()
        .map(pending::asItStands)
        .filter(row -> query.status().isEmpty() || query.status().get() == row.status())
        .limit(query.limit())
        .toList();
  }

  private List<OutboxRow> inFlight(OutboxQuery query) {
    return pending.inFlight().stream()
        .filter(entry -> query.mesh().isEmpty() || query.mesh().get().equals(entry.via.mesh()))
        .map(entry -> find(entry.id))
        .flatMap(Optional::stream)
        .filter(row -> row.status() == OutboxStatus.INFLIGHT)
        .limit(query.limit())
        .toList();
  }

  /** See {@link OutboxStore#find}. */
  Optional<OutboxRow> find(String id) {
    return reading
        .ask(Optional.<OutboxRows.Found>empty(), connection -> OutboxRows.byId(connection, id))
        .map(found -> pending.asItStands(found.row()));
  }

  /** See {@link OutboxStore#findByClientId}. */
  List<OutboxRow> findByClientId(String clientMessageId) {
    List<OutboxRow> rows =
        reading.ask(
            List.of(),
            connection -> {
              List<OutboxRow> found = new ArrayList<>();
              for (String mesh : OutboxRows.meshes(connection)) {
                OutboxRows.byClientId(connection, mesh, clientMessageId).ifPresent(found::add);
              }
              return found;
            });
    return rows.stream().map(pending::asItStands).toList();
  }

  /** See {@link OutboxStore#unfinished}. */
  Map<OutboxStatus, Long> unfinished(String mesh) {
    long inFlight =
        pending.inFlight().stream().filter(entry -> entry.via.mesh().equals(mesh)).count();
    Map<OutboxStatus, Long> counts =
        reading.ask(Map.of(), connection -> OutboxRows.unfinished(connection, mesh));
    return withInFlight(counts, inFlight);
  }

  /** See {@link OutboxStore#counts}. */
  Map<OutboxStatus, Long> counts() {
    long inFlight = pending.inFlight().size();
    return withInFlight(reading.ask(Map.of(), OutboxRows::counts), inFlight);
  }

  private static Map<OutboxStatus, Long> withInFlight(
      Map<OutboxStatus, Long> counts, long claimed) {
    if (!counts.isEmpty()) {
      // Some may have been settled since they were counted.
      long inFlight = Math.min(claimed, counts.get(OutboxStatus.PENDING));
      counts.merge(OutboxStatus.PENDING, -inFlight, Long::sum);
      counts.put(OutboxStatus.INFLIGHT, inFlight);
    }
    return counts;
  }
}
