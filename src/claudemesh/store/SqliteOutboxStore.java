package claudemesh.store;

import claudemesh.crypto.Ids;
import claudemesh.json.Log;
import claudemesh.store.GroupCommit.WhenFull;
import claudemesh.time.Clock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The outbox in the table {@code outbox} of {@link DaemonSchema}, with the numbers of what is
 * pending in memory. An append is told {@link Enqueued.Stored} only once its transaction is synced.
 *
 * <pre>
 *   append ─► GroupCommit ─► OutboxTables ── committed ─► OutboxLanes ─► claim
 *                 ▲                                            │
 *                 └──── settle, retry, giveUp, drop, … ◄───────┘
 * </pre>
 *
 * <p>Whether a message may be requeued, dropped or given up for its age is decided on the writer's
 * thread, where everything before it is written. One lock guards what is in memory; nothing is read
 * or written under it.
 */
final class SqliteOutboxStore implements OutboxStore {

  private static final int MOST_EXPIRED_AT_ONCE = 2_000;

  private final Clock clock;
  private final OutboxLimits limits;
  private final GroupCommit commits;
  private final OutboxTables tables;
  private final Reading reading;

  private final ReentrantLock lock = new ReentrantLock();
  private final OutboxLanes lanes;
  private final Map<String, OutboxEntry> entries = new HashMap<>();
  private final Deque<Ending> toWriteAgain = new ArrayDeque<>();

  SqliteOutboxStore(
      Clock clock,
      OutboxLimits limits,
      GroupCommit commits,
      OutboxTables tables,
      Reading reading,
      List<OutboxEntry> pending) {
    this.clock = clock;
    this.limits = limits;
    this.commits = commits;
    this.tables = tables;
    this.reading = reading;
    this.lanes = new OutboxLanes(limits.maxInFlightPerLane());
    pending.forEach(this::add);
  }

  private void add(OutboxEntry entry) {
    lock.lock();
    try {
      entries.put(entry.id, entry);
      lanes.add(entry, clock.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  // ── append ───────────────────────────────────────────────────────────────────────────────────

  @Override
  public void append(NewOutgoing message, Consumer<Enqueued> outcome) {
    Append append = new Append(message, outcome);
    if (!commits.submit(append, message.text().length(), WhenFull.WAIT)) {
      outcome.accept(new Enqueued.Refused("the store is closed"));
    }
  }

  private final class Append implements Change {
    private final NewOutgoing message;
    private final Consumer<Enqueued> consumer;
    private Enqueued outcome;
    private Optional<OutboxEntry> entry = Optional.empty();

    Append(NewOutgoing message, Consumer<Enqueued> consumer) {
      this.message = message;
      this.consumer = consumer;
    }

    @Override
    public void write() throws SQLException {
      Instant now = clock.wallTime();
      OutboxTables.Written written =
          tables.append(Ids.orderedUuid(now), message, now, clock.nanoTime());
      outcome = written.outcome();
      entry = written.entry();
    }

    @Override
    public void committed() {
      entry.ifPresent(SqliteOutboxStore.this::add);
    }

    @Override
    public void rolledBack(String why) {
      outcome = new Enqueued.Refused(why);
    }

    @Override
    public void tell() {
      consumer.accept(
          switch (outcome) {
            case Enqueued.Duplicate duplicate ->
                new Enqueued.Duplicate(asItStands(duplicate.row()));
            case Enqueued.Conflict conflict -> new Enqueued.Conflict(asItStands(conflict.row()));
            case Enqueued.Stored stored -> stored;
            case Enqueued.Refused refused -> refused;
          });
    }
  }

  // ── claim ────────────────────────────────────────────────────────────────────────────────────

  @Override
  public List<OutboxRow> claim(Via via, int most) {
    List<OutboxEntry> taken;
    lock.lock();
    try {
      taken = lanes.take(via, most, clock.nanoTime());
    } finally {
      lock.unlock();
    }
    List<OutboxRow> claimed = new ArrayList<>(taken.size());
    for (OutboxEntry entry : taken) {
      read(entry).ifPresent(claimed::add);
    }
    return claimed;
  }

  private Optional<OutboxRow> read(OutboxEntry entry) {
    try {
      Optional<OutboxRows.Found> found =
          reading.ask(Optional.empty(), connection -> OutboxRows.byNo(connection, entry.no));
      if (found.isPresent() && !found.get().sound()) {
        giveUp(entry.id, "its text is damaged on disk");
      }
      return found
          .filter(OutboxRows.Found::sound)
          .map(each -> each.row().withStatus(OutboxStatus.INFLIGHT));
    } catch (IllegalStateException e) {
      Log.error("store_read_failed", "id", entry.id, "error", e);
      putBack(entry, Duration.ofSeconds(10)); // a disk that cannot be read now may be later
      return Optional.empty();
    }
  }

  private void putBack(OutboxEntry entry, Duration delay) {
    lock.lock();
    try {
      if (entry.inFlight && !entry.ending) {
        long now = clock.nanoTime();
        entry.dueNanos = now + delay.toNanos();
        lanes.putBack(entry, now);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Duration> nextClaim(Via via) {
    lock.lock();
    try {
      OptionalLong nanos = lanes.untilNext(via, clock.nanoTime());
      return nanos.isPresent()
          ? Optional.of(Duration.ofNanos(nanos.getAsLong()))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int release(Via via) {
    lock.lock();
    try {
      long now = clock.nanoTime();
      List<OutboxEntry> inFlight = lanes.inFlight(via);
      for (OutboxEntry entry : inFlight) {
        entry.dueNanos = now;
        lanes.putBack(entry, now);
      }
      return inFlight.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void hurry(Via via) {
    lock.lock();
    try {
      lanes.hurry(via, clock.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Set<Via> waiting() {
    lock.lock();
    try {
      return lanes.connections();
    } finally {
      lock.unlock();
    }
  }

  // ── settle, retry, give up ───────────────────────────────────────────────────────────────────

  /** Something final that is written of a message which is out of its lane already. */
  private abstract class Ending extends Told<Boolean> {
    final OutboxEntry entry;
    final Instant at = clock.wallTime();

    Ending(OutboxEntry entry) {
      this.entry = entry;
      this.result = true;
    }

    @Override
    public void committed() {
      lock.lock();
      try {
        entries.remove(entry.id, entry);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void rolledBack(String why) {
      super.rolledBack(why);
      lock.lock();
      try {
        toWriteAgain.add(this);
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public CompletableFuture<Boolean> settle(String id, String brokerMessageId) {
    OutboxEntry entry = takeFromFlight(id);
    if (entry == null) {
      return CompletableFuture.completedFuture(false);
    }
    return new Ending(entry) {
      @Override
      public void write() throws SQLException {
        tables.done(entry.no, brokerMessageId, at);
      }
    }.submitTo(commits);
  }

  @Override
  public CompletableFuture<Boolean> giveUp(String id, String reason) {
    OutboxEntry entry = takeFromFlight(id);
    if (entry == null) {
      return CompletableFuture.completedFuture(false);
    }
    return new Ending(entry) {
      @Override
      public void write() throws SQLException {
        tables.dead(entry.no, reason, true, at);
      }
    }.submitTo(commits);
  }

  /** Takes a message in flight out of its lane, since it is over; null if it is not in flight. */
  private OutboxEntry takeFromFlight(String id) {
    lock.lock();
    try {
      OutboxEntry entry = entries.get(id);
      if (entry == null || !entry.inFlight || entry.ending) {
        return null;
      }
      entry.ending = true;
      lanes.remove(entry, clock.nanoTime());
      return entry;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<Boolean> retry(String id, String error, Duration delay) {
    OutboxEntry entry;
    lock.lock();
    try {
      entry = entries.get(id);
      if (entry == null || !entry.inFlight || entry.ending) {
        return CompletableFuture.completedFuture(false);
      }
      putBack(entry, delay);
    } finally {
      lock.unlock();
    }
    Instant next = clock.wallTime().plus(delay);
    return new Told<Boolean>() {
      @Override
      public void write() throws SQLException {
        tables.retry(entry.no, error, next);
        result = true;
      }
    }.submitTo(commits);
  }

  // ── requeue and drop ─────────────────────────────────────────────────────────────────────────

  @Override
  public CompletableFuture<Optional<OutboxRow>> requeue(String id) {
    return new Requeue(id).submitTo(commits).thenApply(row -> row.map(this::asItStands));
  }

  private final class Requeue extends Told<Optional<OutboxRow>> {
    private final String id;
    private Optional<OutboxEntry> revived;

    Requeue(String id) {
      this.id = id;
    }

    @Override
    public void write() throws SQLException {
      Instant now = clock.wallTime();
      revived = tables.revive(id, now, clock.nanoTime());
      if (revived.isEmpty() && isWaiting(id)) {
        tables.hurry(id, now);
      }
      result = tables.find(id);
    }

    @Override
    public void committed() {
      revived.ifPresentOrElse(SqliteOutboxStore.this::add, () -> hurryOne(id));
    }
  }

  private boolean isWaiting(String id) {
    lock.lock();
    try {
      OutboxEntry entry = entries.get(id);
      return entry != null && !entry.inFlight && !entry.ending;
    } finally {
      lock.unlock();
    }
  }

  private void hurryOne(String id) {
    lock.lock();
    try {
      OutboxEntry entry = entries.get(id);
      if (entry != null && !entry.inFlight && !entry.ending) {
        lanes.hurry(entry, clock.nanoTime());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<Map<Via, Integer>> requeueDead(Optional<String> mesh) {
    return new Told<Map<Via, Integer>>() {
      private List<OutboxEntry> revived;

      @Override
      public void write() throws SQLException {
        revived = tables.reviveDead(mesh, clock.wallTime(), clock.nanoTime());
        result = new HashMap<>();
        revived.forEach(entry -> result.merge(entry.via, 1, Integer::sum));
      }

      @Override
      public void committed() {
        revived.forEach(SqliteOutboxStore.this::add);
      }
    }.submitTo(commits);
  }

  @Override
  public CompletableFuture<Optional<OutboxRow>> drop(String id, String by) {
    return new Drop(id, by).submitTo(commits).thenApply(row -> row.map(this::asItStands));
  }

  private final class Drop extends Told<Optional<OutboxRow>> {
    private final String id;
    private final String by;
    private List<OutboxEntry> taken = List.of();

    Drop(String id, String by) {
      this.id = id;
      this.by = by;
    }

    @Override
    public void write() throws SQLException {
      if (mayEnd()) {
        tables.abort(id, by, clock.wallTime());
      }
      result = tables.find(id);
    }

    /** Not while it is in flight or about to end; if it waits, it is out of its lane now. */
    private boolean mayEnd() {
      lock.lock();
      try {
        OutboxEntry entry = entries.get(id);
        if (entry == null) {
          return true;
        }
        boolean waits = !entry.inFlight && !entry.ending;
        taken = waits ? takeOut(Stream.of(entry)) : List.of();
        return waits;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void committed() {
      forgetEntries(taken);
    }

    @Override
    public void rolledBack(String why) {
      super.rolledBack(why);
      putIn(taken);
    }
  }

  /** Takes waiting messages out of their lanes, to be ended. */
  private List<OutboxEntry> takeOut(Stream<OutboxEntry> waiting) {
    long now = clock.nanoTime();
    return waiting
        .peek(
            entry -> {
              entry.ending = true;
              lanes.remove(entry, now);
            })
        .toList();
  }

  private void forgetEntries(List<OutboxEntry> over) {
    lock.lock();
    try {
      over.forEach(entry -> entries.remove(entry.id, entry));
    } finally {
      lock.unlock();
    }
  }

  /** The disk did not take their end, so they wait again. */
  private void putIn(List<OutboxEntry> out) {
    lock.lock();
    try {
      long now = clock.nanoTime();
      for (OutboxEntry entry : out) {
        entry.ending = false;
        lanes.add(entry, now);
      }
    } finally {
      lock.unlock();
    }
  }

  // ── questions ────────────────────────────────────────────────────────────────────────────────

  private OutboxRow asItStands(OutboxRow row) {
    lock.lock();
    try {
      OutboxEntry entry = entries.get(row.id());
      boolean inFlight = entry != null && entry.inFlight && row.status() == OutboxStatus.PENDING;
      return inFlight ? row.withStatus(OutboxStatus.INFLIGHT) : row;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<OutboxRow> list(OutboxQuery query) {
    if (query.status().equals(Optional.of(OutboxStatus.INFLIGHT))) {
      return inFlight(query);
    }
    // On disk those in flight are pending: as many more may have to be left out.
    int more = query.status().equals(Optional.of(OutboxStatus.PENDING)) ? inFlight().size() : 0;
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
        .map(this::asItStands)
        .filter(row -> query.status().isEmpty() || query.status().get() == row.status())
        .limit(query.limit())
        .toList();
  }

  private List<OutboxEntry> inFlight() {
    lock.lock();
    try {
      return entries.values().stream()
          .filter(entry -> entry.inFlight)
          .sorted(Comparator.comparingLong((OutboxEntry entry) -> entry.no).reversed())
          .toList();
    } finally {
      lock.unlock();
    }
  }

  private List<OutboxRow> inFlight(OutboxQuery query) {
    return inFlight().stream()
        .filter(entry -> query.mesh().isEmpty() || query.mesh().get().equals(entry.via.mesh()))
        .map(entry -> find(entry.id))
        .flatMap(Optional::stream)
        .filter(row -> row.status() == OutboxStatus.INFLIGHT)
        .limit(query.limit())
        .toList();
  }

  @Override
  public Optional<OutboxRow> find(String id) {
    return reading
        .ask(Optional.<OutboxRows.Found>empty(), connection -> OutboxRows.byId(connection, id))
        .map(found -> asItStands(found.row()));
  }

  @Override
  public List<OutboxRow> findByClientId(String clientMessageId) {
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
    return rows.stream().map(this::asItStands).toList();
  }

  @Override
  public Map<OutboxStatus, Long> unfinished(String mesh) {
    long inFlight = inFlight().stream().filter(entry -> entry.via.mesh().equals(mesh)).count();
    Map<OutboxStatus, Long> counts =
        reading.ask(Map.of(), connection -> OutboxRows.unfinished(connection, mesh));
    return withInFlight(counts, inFlight);
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

  @Override
  public Map<OutboxStatus, Long> counts() {
    long inFlight = inFlight().size();
    return withInFlight(reading.ask(Map.of(), OutboxRows::counts), inFlight);
  }

  // ── sweep ────────────────────────────────────────────────────────────────────────────────────

  @Override
  public int sweep() {
    writeAgain();
    int expired = 0;
    for (int some = expireSome(); some > 0; some = expireSome()) {
      expired += some;
    }
    while (forgetSome()) {
      // piece by piece, so that nobody waits long
    }
    return expired;
  }

  private void writeAgain() {
    List<Ending> again;
    lock.lock();
    try {
      again = new ArrayList<>(toWriteAgain);
      toWriteAgain.clear();
    } finally {
      lock.unlock();
    }
    again.forEach(ending -> ending.submitTo(commits));
  }

  private int expireSome() {
    return new Expiry().submitTo(commits).exceptionally(failure -> 0).join();
  }

  private final class Expiry extends Told<Integer> {
    private List<OutboxEntry> taken = List.of();

    @Override
    public void write() throws SQLException {
      Instant now = clock.wallTime();
      long before = now.minus(limits.maxAge()).toEpochMilli();
      lock.lock();
      try {
        List<OutboxEntry> old =
            entries.values().stream()
                .filter(entry -> entry.enqueuedAt < before && !entry.inFlight && !entry.ending)
                .limit(MOST_EXPIRED_AT_ONCE)
                .toList();
        taken = takeOut(old.stream());
      } finally {
        lock.unlock();
      }
      for (OutboxEntry entry : taken) {
        tables.dead(entry.no, reason(), false, now);
      }
      result = taken.size();
    }

    private String reason() {
      return "it could not be sent for " + limits.maxAge().toHours() + " hours";
    }

    @Override
    public void committed() {
      forgetEntries(taken);
    }

    @Override
    public void rolledBack(String why) {
      super.rolledBack(why);
      putIn(taken);
    }
  }

  private boolean forgetSome() {
    return new Told<Boolean>() {
      @Override
      public void write() throws SQLException {
        result = tables.forget(clock.wallTime().minus(limits.retention()));
      }
    }.submitTo(commits).exceptionally(failure -> false).join();
  }
}
