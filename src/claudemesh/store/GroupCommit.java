package claudemesh.store;

import claudemesh.json.Log;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one writer of a database: everything that was submitted while it was busy goes into its next
 * transaction. The more is under way, the more share the wait for the disk.
 *
 * <pre>
 *   submit ─► queue ─► writer: write all, commit, publish ─► teller: tell each, in order
 * </pre>
 *
 * <p>Telling has a thread of its own, so that the next transaction need not wait for it. Both are
 * platform threads: a database blocks its carrier. How much may be under way is bounded; the teller
 * itself never waits for room, since then nothing would ever be told again.
 *
 * <p>A transaction that fails is rolled back as a whole and its changes are told so. The writer
 * goes on with the next: a disk may have room again.
 */
final class GroupCommit implements AutoCloseable {

  private static final int MOST_UNDER_WAY = 16_384;
  private static final long MOST_CHARS_UNDER_WAY = 32L << 20;
  private static final int MOST_IN_ONE = 2_048;

  private final Connection connection;
  private final Transactions listener;
  private final Thread writer;
  private final Thread teller;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition submitted = lock.newCondition();
  private final Condition room = lock.newCondition();
  private List<Submitted> queue = new ArrayList<>();
  private int underWay;
  private long charsUnderWay;
  private boolean closed;

  // Bounded by what may be under way; an empty batch is the last.
  private final LinkedBlockingQueue<List<Submitted>> toTell = new LinkedBlockingQueue<>();

  private volatile String trouble; // why the last transaction failed; null if it did not

  private record Submitted(Change change, int chars) {}

  /**
   * Starts the threads.
   *
   * @param connection to write with, in transactions; nobody else may use it from now on
   * @param listener who is told of each transaction, on the writer's thread
   * @param name of the database, for the threads
   */
  GroupCommit(Connection connection, Transactions listener, String name) {
    this.connection = connection;
    this.listener = listener;
    this.writer = Thread.ofPlatform().name(name + "-writer").daemon().unstarted(this::write);
    this.teller = Thread.ofPlatform().name(name + "-teller").daemon().unstarted(this::tell);
    writer.start();
    teller.start();
  }

  /** What to do while too much is under way. */
  enum WhenFull {
    /** Wait, as whoever brings new work should, holding no lock that a teller may need. */
    WAIT,
    /** Take no more. */
    REFUSE,
    /** Take it all the same: it is bounded elsewhere, and ends work rather than bringing it. */
    TAKE
  }

  /**
   * Takes over a change.
   *
   * @param change the change
   * @param chars about how much text it carries
   * @param whenFull what to do while too much is under way
   * @return false if it was refused, or the writer is closed; then nothing will be told of it
   */
  boolean submit(Change change, int chars, WhenFull whenFull) {
    lock.lock();
    try {
      while (!closed && isFull() && whenFull == WhenFull.WAIT && Thread.currentThread() != teller) {
        room.awaitUninterruptibly();
      }
      if (closed || (isFull() && whenFull == WhenFull.REFUSE)) {
        return false;
      }
      underWay++;
      charsUnderWay += chars;
      if (queue.isEmpty()) {
        submitted.signal();
      }
      queue.add(new Submitted(change, chars));
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Why the last transaction failed; null if it did not. */
  String trouble() {
    return trouble;
  }

  private boolean isFull() {
    return underWay >= MOST_UNDER_WAY || charsUnderWay >= MOST_CHARS_UNDER_WAY;
  }

  private void write() {
    try {
      for (List<Submitted> batch = next(); !batch.isEmpty(); batch = next()) {
        for (int from = 0; from < batch.size(); from += MOST_IN_ONE) {
          int to = Math.min(from + MOST_IN_ONE, batch.size());
          commit(batch.subList(from, to));
        }
      }
    } finally {
      stop();
      toTell.add(List.of());
    }
  }

  /** Everything submitted since; empty once closed and all is written. */
  private List<Submitted> next() {
    lock.lock();
    try {
      while (queue.isEmpty() && !closed) {
        submitted.awaitUninterruptibly();
      }
      List<Submitted> batch = queue;
      queue = new ArrayList<>();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void commit(List<Submitted> batch) {
    try {
      for (Submitted each : batch) {
        each.change.write();
      }
      connection.commit();
      trouble = null;
    } catch (SQLException | RuntimeException | Error e) { // whatever it is, they must be told
      rollBack(batch, e);
      return;
    }
    isolated(listener::committed);
    batch.forEach(each -> isolated(each.change::committed));
    toTell.add(batch);
  }

  private void rollBack(List<Submitted> batch, Throwable failure) {
    if (trouble == null) { // once for each spell of failures, which may be long
      Log.error("store_write_failed", "changes", batch.size(), "error", failure);
    }
    trouble = "the store could not write: " + failure.getMessage();
    beginAgain();
    isolated(listener::rolledBack);
    String why = trouble;
    batch.forEach(each -> isolated(() -> each.change.rolledBack(why)));
    toTell.add(batch);
  }

  // A full disk or the like has ended the transaction already: then there is nothing to roll back,
  // and the driver would go on without a transaction.
  private void beginAgain() {
    try (Statement statement = connection.createStatement()) {
      try {
        connection.rollback();
      } catch (SQLException e) {
        statement.execute("BEGIN");
      }
    } catch (SQLException e) {
      Log.error("store_rollback_failed", "error", e);
    }
  }

  private void tell() {
    try {
      for (List<Submitted> batch = toTell.take(); !batch.isEmpty(); batch = toTell.take()) {
        batch.forEach(each -> isolated(each.change::tell));
        told(batch);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the teller", e);
    }
  }

  // One failing listener must not keep the others from hearing, nor end the thread.
  private static void isolated(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      Log.error("store_listener_failed", "error", e);
    }
  }

  private void told(List<Submitted> batch) {
    lock.lock();
    try {
      underWay -= batch.size();
      for (Submitted each : batch) {
        charsUnderWay -= each.chars;
      }
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void stop() {
    lock.lock();
    try {
      closed = true;
      submitted.signal();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Writes and tells what is under way, then ends the threads. Idempotent. */
  @Override
  public void close() {
    stop();
    boolean interrupted = join(writer) | join(teller);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean join(Thread thread) {
    boolean interrupted = false;
    while (thread != Thread.currentThread() && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return interrupted;
  }
}
