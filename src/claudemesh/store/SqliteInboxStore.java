package claudemesh.store;

import claudemesh.crypto.Ids;
import claudemesh.store.GroupCommit.WhenFull;
import claudemesh.time.Clock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The inboxes in the tables of {@link DaemonSchema}; nothing of them is in memory. An append is
 * told {@link Received.Stored} only once its transaction is synced.
 */
final class SqliteInboxStore implements InboxStore {

  private static final int PIECE = 1_000;

  private final Clock clock;
  private final InboxLimits limits;
  private final GroupCommit commits;
  private final InboxTables tables;
  private final Reading reading;
  private final RefusedArrivals refused; // the writer's thread only
  private Counted counted = new Counted(-1, Map.of()); // only while asking

  /** What was unread after so many commits. */
  private record Counted(long commits, Map<InboxRecipient, Long> unread) {}

  /** Something to do to messages by their numbers, that tells to how many it was done. */
  @FunctionalInterface
  private interface Step {
    int apply(List<Long> messages, Instant now) throws SQLException;
  }

  /** Something to do on the writer's thread. */
  @FunctionalInterface
  private interface Work<T> {
    T run(Instant now) throws SQLException;
  }

  SqliteInboxStore(
      Clock clock, InboxLimits limits, GroupCommit commits, InboxTables tables, Reading reading) {
    this.clock = clock;
    this.limits = limits;
    this.commits = commits;
    this.tables = tables;
    this.reading = reading;
    this.refused = new RefusedArrivals(clock);
  }

  // ── append ───────────────────────────────────────────────────────────────────────────────────

  @Override
  public void append(NewIncoming message, Consumer<Received> outcome) {
    if (!commits.submit(new Append(message, outcome), length(message), WhenFull.WAIT)) {
      outcome.accept(new Received.Refused("the store is closed"));
    }
  }

  private static int length(NewIncoming message) {
    return switch (message.content()) {
      case InboxContent.Readable readable -> readable.body().length();
      case InboxContent.Unreadable unreadable -> unreadable.ciphertext().length();
    };
  }

  private final class Append implements Change {
    private final NewIncoming message;
    private final Consumer<Received> consumer;
    private Received outcome;

    Append(NewIncoming message, Consumer<Received> consumer) {
      this.message = message;
      this.consumer = consumer;
    }

    // What cannot be opened is kept aside, in no order with anything, and never acknowledged.
    private boolean isInOrder() {
      return message.content() instanceof InboxContent.Readable;
    }

    @Override
    public void write() throws SQLException {
      Instant now = clock.wallTime();
      outcome =
          isInOrder() && refused.holdsBack(message) && !tables.knows(message)
              ? new Received.Refused("a message sent before it has not been kept yet")
              : tables.append(Ids.orderedUuid(now), message, now);
      if (isInOrder()) {
        if (outcome instanceof Received.Refused) {
          refused.refused(message);
        } else {
          refused.written(message);
        }
      }
    }

    @Override
    public void committed() {
      if (isInOrder() && !(outcome instanceof Received.Refused)) {
        refused.committed(message);
      }
    }

    @Override
    public void rolledBack(String why) {
      outcome = new Received.Refused(why);
      if (isInOrder()) {
        refused.refused(message);
      }
    }

    @Override
    public void tell() {
      consumer.accept(outcome);
    }
  }

  // ── questions ────────────────────────────────────────────────────────────────────────────────

  @Override
  public List<InboxRow> newest(InboxFilter filter, int limit) {
    return list(filter, InboxRows.Range.ALL, InboxRows.Order.NEWEST, limit);
  }

  @Override
  public List<InboxRow> after(InboxFilter filter, long position, int limit) {
    InboxRows.Range range = new InboxRows.Range(position, Long.MAX_VALUE);
    return list(filter, range, InboxRows.Order.OLDEST, limit);
  }

  private List<InboxRow> list(
      InboxFilter filter, InboxRows.Range range, InboxRows.Order order, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: expected more than 0, got " + limit);
    }
    return reading.ask(
        List.of(),
        connection ->
            InboxRows.rows(connection, InboxRows.numbers(connection, filter, range, order, limit)));
  }

  @Override
  public long lastPosition() {
    return tables.lastPosition();
  }

  @Override
  public Optional<InboxRow> find(InboxScope scope, String id) {
    return reading
        .ask(Optional.<InboxRow>empty(), connection -> InboxRows.byId(connection, id))
        .filter(row -> scope.includes(row.message().recipient()));
  }

  @Override
  public long count(InboxFilter filter) {
    return reading.ask(0L, connection -> InboxRows.count(connection, filter));
  }

  @Override
  public Map<InboxRecipient, Long> unread() {
    return reading.ask(Map.of(), this::unread);
  }

  // Whoever watches asks every second, and there may be a million to count.
  private Map<InboxRecipient, Long> unread(Connection connection) throws SQLException {
    long commits = tables.commits(); // what is counted may be newer, never older
    if (counted.commits != commits) {
      counted = new Counted(commits, Map.copyOf(InboxRows.unread(connection)));
    }
    return counted.unread;
  }

  @Override
  public List<InboxRow> unreadable(InboxScope scope, int limit) {
    return reading.ask(List.of(), connection -> InboxRows.unreadable(connection, scope, limit));
  }

  // ── changes ──────────────────────────────────────────────────────────────────────────────────

  private <T> CompletableFuture<T> change(Work<T> work) {
    return new Told<T>() {
      @Override
      public void write() throws SQLException {
        result = work.run(clock.wallTime());
      }
    }.submitTo(commits);
  }

  @Override
  public CompletableFuture<Integer> markSeen(InboxScope scope, Collection<String> ids) {
    List<String> wanted = List.copyOf(ids);
    return change(now -> tables.markSeen(tables.numbersOf("inbox", scope, wanted), now));
  }

  @Override
  public CompletableFuture<Integer> markAllSeen(InboxFilter filter) {
    InboxFilter unread = new InboxFilter(filter.scope(), true, filter.from(), filter.since());
    return toAll(unread, tables::markSeen);
  }

  @Override
  public CompletableFuture<Boolean> delete(InboxScope scope, String id) {
    return change(
        now -> {
          List<Long> found = tables.numbersOf("inbox", scope, List.of(id));
          return found.isEmpty() ? tables.deleteAside(scope, id) : tables.delete(found, now) > 0;
        });
  }

  @Override
  public CompletableFuture<Integer> clear(InboxFilter filter) {
    return toAll(filter, tables::delete);
  }

  /** Does a step to all messages that fit and are there now; it must make them fit no more. */
  private CompletableFuture<Integer> toAll(InboxFilter filter, Step step) {
    return toRest(filter, step, new AtomicLong(), 0);
  }

  private CompletableFuture<Integer> toRest(
      InboxFilter filter, Step step, AtomicLong upTo, int before) {
    return change(
            now -> {
              upTo.compareAndSet(0, tables.lastNo());
              return step.apply(tables.numbers(filter, upTo.get(), PIECE), now);
            })
        .thenCompose(
            done ->
                done < PIECE
                    ? CompletableFuture.completedFuture(before + done)
                    : toRest(filter, step, upTo, before + done));
  }

  // ── sweep ────────────────────────────────────────────────────────────────────────────────────

  @Override
  public int sweep() {
    int deleted = 0;
    for (int some = PIECE; some == PIECE; deleted += some) {
      some = patiently(now -> tables.deleteOld(now.minus(limits.retention()), now, PIECE));
    }
    for (int some = PIECE; some == PIECE; ) {
      some = patiently(now -> tables.forget(now.minus(limits.remembered()), PIECE));
    }
    return deleted;
  }

  /** What cannot be written now is left to the next call. */
  private int patiently(Work<Integer> work) {
    return change(work).exceptionally(failure -> 0).join();
  }
}
