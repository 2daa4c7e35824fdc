package claudemesh.store;

import claudemesh.crypto.Ids;
import claudemesh.json.Log;
import claudemesh.store.GroupCommit.WhenFull;
import claudemesh.time.Clock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The outbox in the table {@code outbox} of {@link DaemonSchema}, with the numbers of what is
 * pending in memory. An append is told {@link Enqueued.Stored} only once its transaction is synced.
 *
 * <pre>
 *   append ─► GroupCommit ─► OutboxTables ── committed ─► PendingOutbox ─► claim
 *                 ▲                                             │
 *                 ├── retry, requeue ◄──────────────────────────┤
 *                 └── OutboxEndings: settle, giveUp, drop, … ◄──┘
 * </pre>
 *
 * <p>Whether a message may be requeued is decided on the writer's thread, where everything before
 * it is written.
 */
final class SqliteOutboxStore implements OutboxStore {

  private final Clock clock;
  private final OutboxLimits limits;
  private final GroupCommit commits;
  private final OutboxTables tables;
  private final PendingOutbox pending;
  private final OutboxEndings endings;
  private final OutboxReader reader;

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
    this.pending = new PendingOutbox(clock, limits.maxInFlightPerLane());
    this.endings = new OutboxEndings(clock, commits, tables, this.pending);
    this.reader = new OutboxReader(reading, this.pending);
    pending.forEach(this.pending::add);
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
      entry.ifPresent(pending::add);
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
                new Enqueued.Duplicate(pending.asItStands(duplicate.row()));
            case Enqueued.Conflict conflict ->
                new Enqueued.Conflict(pending.asItStands(conflict.row()));
            case Enqueued.Stored stored -> stored;
            case Enqueued.Refused refused -> refused;
          });
    }
  }

  // ── claim ────────────────────────────────────────────────────────────────────────────────────

  @Override
  public List<OutboxRow> claim(Via via, int most) {
    List<OutboxEntry> taken = pending.take(via, most);
    List<OutboxRow> claimed = new ArrayList<>(taken.size());
    for (OutboxEntry entry : taken) {
      read(entry).ifPresent(claimed::add);
    }
    return claimed;
  }

  private Optional<OutboxRow> read(OutboxEntry entry) {
    try {
      Optional<OutboxRows.Found> found = reader.byNo(entry.no);
      if (found.isPresent() && !found.get().sound()) {
        giveUp(entry.id, "its text is damaged on disk");
      }
      return found
          .filter(OutboxRows.Found::sound)
          .map(each -> each.row().withStatus(OutboxStatus.INFLIGHT));
    } catch (IllegalStateException e) {
      Log.error("store_read_failed", "id", entry.id, "error", e);
      pending.putBack(entry, Duration.ofSeconds(10)); // a disk that cannot be read now may be later
      return Optional.empty();
    }
  }

  @Override
  public Optional<Duration> nextClaim(Via via) {
    return pending.untilNext(via);
  }

  @Override
  public int release(Via via) {
    return pending.release(via);
  }

  @Override
  public void hurry(Via via) {
    pending.hurry(via);
  }

  @Override
  public Set<Via> waiting() {
    return pending.connections();
  }

  @Override
  public int waiting(Via via) {
    return pending.size(via);
  }

  // ── settle, retry, give up ───────────────────────────────────────────────────────────────────

  @Override
  public CompletableFuture<Boolean> settle(String id, String brokerMessageId) {
    return endings.settle(id, brokerMessageId);
  }

  @Override
  public CompletableFuture<Boolean> giveUp(String id, String reason) {
    return endings.giveUp(id, reason);
  }

  @Override
  public CompletableFuture<Boolean> retry(String id, String error, Duration delay) {
    Optional<OutboxEntry> entry = pending.putBack(id, delay);
    if (entry.isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    Instant next = clock.wallTime().plus(delay);
    return new Told<Boolean>() {
      @Override
      public void write() throws SQLException {
        tables.retry(entry.get().no, error, next);
        result = true;
      }
    }.submitTo(commits);
  }

  // ── requeue and drop ─────────────────────────────────────────────────────────────────────────

  @Override
  public CompletableFuture<Optional<OutboxRow>> requeue(String id) {
    return new Requeue(id).submitTo(commits).thenApply(row -> row.map(pending::asItStands));
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
      if (revived.isEmpty() && pending.isWaiting(id)) {
        tables.hurry(id, now);
      }
      result = tables.find(id);
    }

    @Override
    public void committed() {
      revived.ifPresentOrElse(pending::add, () -> pending.hurry(id));
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
        revived.forEach(pending::add);
      }
    }.submitTo(commits);
  }

  @Override
  public CompletableFuture<Optional<OutboxRow>> drop(String id, String by) {
    return endings.drop(id, by).thenApply(row -> row.map(pending::asItStands));
  }

  // ── questions ────────────────────────────────────────────────────────────────────────────────

  @Override
  public List<OutboxRow> list(OutboxQuery query) {
    return reader.list(query);
  }

  @Override
  public Optional<OutboxRow> find(String id) {
    return reader.find(id);
  }

  @Override
  public List<OutboxRow> findByClientId(String clientMessageId) {
    return reader.findByClientId(clientMessageId);
  }

  @Override
  public Map<OutboxStatus, Long> unfinished(String mesh) {
    return reader.unfinished(mesh);
  }

  @Override
  public Map<OutboxStatus, Long> counts() {
    return reader.counts();
  }

  // ── sweep ────────────────────────────────────────────────────────────────────────────────────

  @Override
  public int sweep(Consumer<OutboxRow> onDead) {
    endings.writeAgain();
    int expired = 0;
    for (List<String> some = expireSome(); !some.isEmpty(); some = expireSome()) {
      expired += some.size();
      some.forEach(id -> find(id).ifPresent(onDead));
    }
    while (forgetSome()) {
      // piece by piece, so that nobody waits long
    }
    return expired;
  }

  private List<String> expireSome() {
    return endings.expireSome(limits.maxAge());
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
