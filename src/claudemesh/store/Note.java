package claudemesh.store;

import java.sql.SQLException;

/**
 * A change that nobody waits for, and that may be lost with its transaction.
 *
 * @param work writes it, on the writer's thread
 */
record Note(Work work) implements Change {

  /** Something to be written. */
  @FunctionalInterface
  interface Work {
    void run() throws SQLException;
  }

  @Override
  public void write() throws SQLException {
    work.run();
  }
}
