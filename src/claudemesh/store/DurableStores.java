package claudemesh.store;

import claudemesh.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * The broker's mailboxes and what its meshes know, on disk in one folder: the file {@code
 * broker.db} with its {@code -wal} and {@code -shm}, readable by their owner only. What was told as
 * kept survives a process killed at any moment, and a power cut on a disk that keeps its word.
 *
 * <p>One process at a time: the caller holds a lock on the folder. Opening checks the whole file
 * and brings an older one up to date.
 */
public final class DurableStores implements AutoCloseable {

  static final String FILE = "broker.db";

  private final StoreFile file;
  private final SqliteMailboxStore mailboxes;
  private final SqliteMeshStateStore meshState;

  private DurableStores(Database database, Clock clock, MailboxLimits limits) throws SQLException {
    MailboxTables tables = new MailboxTables(database.writer(), limits);
    MailboxReader reader = new MailboxReader(database);
    GroupCommit commits = new GroupCommit(database.writer(), tables, "store");
    this.file = new StoreFile(database, commits, this::readNoMore);
    this.mailboxes =
        new SqliteMailboxStore(
            clock,
            limits,
            commits,
            tables,
            new DeadLetters(database.writer(), tables),
            new LogTable(database, limits.maxPerLog()),
            reader,
            this::close);
    this.meshState = new SqliteMeshStateStore(commits, database);
  }

  /**
   * Opens the stores of a folder, making them if need be.
   *
   * @param folder the data folder; made, and private, if need be
   * @param clock what leases and retention are measured on
   * @param limits how much is kept
   * @return the open stores
   * @throws IOException if the file is damaged or of a newer program, or cannot be used; the
   *     message names it and the cure
   */
  public static DurableStores open(Path folder, Clock clock, MailboxLimits limits)
      throws IOException {
    return StoreFile.open(
        folder.resolve(FILE),
        BrokerSchema.LAYOUT,
        database -> new DurableStores(database, clock, limits));
  }

  /**
   * The mailboxes.
   *
   * @return a store whose {@code close} closes all of this
   */
  public MailboxStore mailboxes() {
    return mailboxes;
  }

  /**
   * What meshes know.
   *
   * @return the store
   */
  public MeshStateStore meshState() {
    return meshState;
  }

  /**
   * Writes and tells what is under way, then frees everything. From then on nothing is taken, and
   * nothing found. Not to be called by an outcome. Idempotent.
   */
  @Override
  public void close() {
    file.close();
  }

  private void readNoMore() {
    mailboxes.readNoMore();
    meshState.readNoMore();
  }
}
