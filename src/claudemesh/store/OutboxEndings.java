package claudemesh.store;

import claudemesh.time.Clock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The ways in which a message of the outbox ends, each written behind its end in memory.
 *
 * <pre>
 *   in flight ─── settle ──► done   ┐ if the disk refuses: over all the same in this process,
 *             └── giveUp ──► dead   ┘ and written again later
 *   waiting ──┬── drop ────► aborted┐ if the disk refuses: waits again
 *             └── expire ──► dead   ┘
 * </pre>
 *
 * <p>Whether a message may be dropped or is too old is decided on the writer's thread, where
 * everything before it is written. Safe from any thread.
 */
final class OutboxEndings {

  private static final int MOST_EXPIRED_AT_ONCE = 2_000;

  private final Clock clock;
  private final GroupCommit commits;
  private final OutboxTables tables;
  private final PendingOutbox pending;
  // Of messages that are pending on disk, which are bounded.
  private final LinkedBlockingQueue<FromFlight> toWriteAgain = new LinkedBlockingQueue<>();

  OutboxEndings(Clock clock, GroupCommit commits, OutboxTables tables, PendingOutbox pending) {
    this.clock = clock;
    this.commits = commits;
    this.tables = tables;
    this.pending = pending;
  }

  // ── out of flight ────────────────────────────────────────────────────────────────────────────

  /** How one end is written. */
  @FunctionalInterface
  private interface End {
    void write(OutboxEntry entry, Instant at) throws SQLException;
  }

  /** The end of a message that was in flight and is out of its lane already. */
  private final class FromFlight extends Told<Boolean> {
    private final OutboxEntry entry;
    private final End end;
    private final Instant at = clock.wallTime();

    FromFlight(OutboxEntry entry, End end) {
      this.entry = entry;
      this.end = end;
      this.result = true;
    }

    @Override
    public void write() throws SQLException {
      end.write(entry, at);
    }

    @Override
    public void committed() {
      pending.forget(List.of(entry));
    }

    @Override
    public void rolledBack(String why) {
      super.rolledBack(why);
      toWriteAgain.add(this);
    }
  }

  /** See {@link OutboxStore#settle}. */
  CompletableFuture<Boolean> settle(String id, String brokerMessageId) {
    return endFromFlight(id, (entry, at) -> tables.done(entry.no, brokerMessageId, at));
  }

  /** See {@link OutboxStore#giveUp}. */
  CompletableFuture<Boolean> giveUp(String id, String reason) {
    return endFromFlight(id, (entry, at) -> tables.dead(entry.no, reason, true, at));
  }

  private CompletableFuture<Boolean> endFromFlight(String id, End end) {
    return pending
        .takeFromFlight(id)
        .map(entry -> new FromFlight(entry, end).submitTo(commits))
        .orElseGet(() -> CompletableFuture.completedFuture(false));
  }

  /** Writes again what the disk refused. */
  void writeAgain() {
    List<FromFlight> again = new ArrayList<>();
    toWriteAgain.drainTo(again);
    again.forEach(ending -> ending.submitTo(commits));
  }

  // ── out of waiting ───────────────────────────────────────────────────────────────────────────

  /** The end of messages that are taken out of their lanes while it is written. */
  private abstract class FromWaiting<T> extends Told<T> {
    List<OutboxEntry> taken = List.of();

    @Override
    public void committed() {
      pending.forget(taken);
    }

    @Override
    public void rolledBack(String why) {
      super.rolledBack(why);
      pending.putIn(taken);
    }
  }

  /** See {@link OutboxStore#drop}; the row as it is on disk. */
  CompletableFuture<Optional<OutboxRow>> drop(String id, String by) {
    return new FromWaiting<Optional<OutboxRow>>() {
      @Override
      public void write() throws SQLException {
        Optional<List<OutboxEntry>> out = pending.takeOut(id);
        if (out.isPresent()) {
          taken = out.get();
          tables.abort(id, by, clock.wallTime());
        }
        result = tables.find(id);
      }
    }.submitTo(commits);
  }

  /**
   * Ends messages that have been waiting for too long. Waits for the disk.
   *
   * @return which: none if that could not be written; there may be more while there are any
   */
  List<String> expireSome(Duration maxAge) {
    String reason = "it could not be sent for " + maxAge.toHours() + " hours";
    return new FromWaiting<List<String>>() {
      @Override
      public void write() throws SQLException {
        Instant now = clock.wallTime();
        long before = now.minus(maxAge).toEpochMilli();
        taken = pending.takeOutOlderThan(before, MOST_EXPIRED_AT_ONCE);
        for (OutboxEntry entry : taken) {
          tables.dead(entry.no, reason, false, now);
        }
        result = taken.stream().map(entry -> entry.id).toList();
      }
    }.submitTo(commits).exceptionally(failure -> List.of()).join();
  }
}
