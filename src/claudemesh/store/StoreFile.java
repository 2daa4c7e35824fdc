package claudemesh.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One database file with the stores that live in it: opened as a whole or not at all, and closed
 * once, in the one order that loses nothing. Safe from any thread.
 */
final class StoreFile implements AutoCloseable {

  private final Database database;
  private final GroupCommit commits;
  private final Runnable readNoMore;

  private final ReentrantLock closing = new ReentrantLock();
  private boolean closed;

  /** What is made over an open database. */
  @FunctionalInterface
  interface Stores<S> {

    /** Makes it; the database stays open. */
    S over(Database database) throws SQLException;
  }

  /**
   * Opens a file, making it if need be.
   *
   * @throws IOException if it is damaged or of a newer program, or cannot be used; the message
   *     names it and the cure
   */
  static <S> S open(Path file, Layout layout, Stores<S> stores) throws IOException {
    Database database = Database.open(file, layout);
    try {
      return stores.over(database);
    } catch (SQLException e) {
      database.close();
      throw database.explained(e);
    }
  }

  /**
   * Takes charge of what must be closed.
   *
   * @param database open
   * @param commits the database's writer
   * @param readNoMore makes the stores find nothing from then on
   */
  StoreFile(Database database, GroupCommit commits, Runnable readNoMore) {
    this.database = database;
    this.commits = commits;
    this.readNoMore = readNoMore;
  }

  /** Writes and tells what is under way, then frees everything. Idempotent. */
  @Override
  public void close() {
    closing.lock();
    try {
      if (!closed) {
        closed = true;
        commits.close();
        readNoMore.run();
        database.close();
      }
    } finally {
      closing.unlock();
    }
  }
}
