package claudemesh.store;

import claudemesh.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * The daemon's outbox and inbox, on disk in one folder: the file {@code daemon.db} with its {@code
 * -wal} and {@code -shm}, readable by their owner only. What was told as kept survives a process
 * killed at any moment, and a power cut on a disk that keeps its word.
 *
 * <p>One process at a time: the caller holds a lock on the folder. Opening checks the whole file
 * and brings an older one up to date.
 */
public final class DaemonStores implements AutoCloseable {

  /** The file in the folder. */
  static final String FILE = "daemon.db";

  private final StoreFile file;
  private final SqliteOutboxStore outbox;
  private final SqliteInboxStore inbox;

  private DaemonStores(Database database, Clock clock, DaemonLimits limits) throws SQLException {
    Reading reading = new Reading(database);
    OutboxTables outboxTables = new OutboxTables(database.writer(), limits.outbox());
    InboxTables inboxTables = new InboxTables(database.writer(), limits.inbox());
    List<OutboxEntry> pending = outboxTables.pending(clock.nanoTime());
    Transactions both = Transactions.of(outboxTables, inboxTables);
    GroupCommit commits = new GroupCommit(database.writer(), both, "store");
    this.file = new StoreFile(database, commits, reading::close);
    this.outbox =
        new SqliteOutboxStore(clock, limits.outbox(), commits, outboxTables, reading, pending);
    this.inbox = new SqliteInboxStore(clock, limits.inbox(), commits, inboxTables, reading);
  }

  /**
   * Opens the stores of a folder, making them if need be.
   *
   * @param folder the daemon's folder; made, and private, if need be
   * @param clock what ages and waits are measured on
   * @param limits how much is kept
   * @return the open stores
   * @throws IOException if the file is damaged or of a newer program, or cannot be used; the
   *     message names it and the cure
   */
  public static DaemonStores open(Path folder, Clock clock, DaemonLimits limits)
      throws IOException {
    return StoreFile.open(
        folder.resolve(FILE),
        DaemonSchema.LAYOUT,
        database -> new DaemonStores(database, clock, limits));
  }

  /**
   * What goes out.
   *
   * @return the store, usable until {@link #close}
   */
  public OutboxStore outbox() {
    return outbox;
  }

  /**
   * What has come in.
   *
   * @return the store, usable until {@link #close}
   */
  public InboxStore inbox() {
    return inbox;
  }

  /**
   * Writes and tells what is under way, then frees everything. From then on nothing is taken, and
   * nothing found. Not to be called by an outcome. Idempotent.
   */
  @Override
  public void close() {
    file.close();
  }
}
