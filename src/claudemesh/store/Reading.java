package claudemesh.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Questions to a database about what was committed, one at a time, until they are closed. Safe from
 * any thread; while a question is asked no other lock is taken.
 */
final class Reading {

  private final Connection connection;
  private final ReentrantLock lock;
  private boolean closed;

  /** Something that asks a database. */
  @FunctionalInterface
  interface Question<T> {

    /** Asks. */
    T ask(Connection connection) throws SQLException;
  }

  Reading(Database database) {
    connection = database.reader();
    lock = database.reading();
  }

  /** The answer; another one once closed. */
  <T> T ask(T whenClosed, Question<T> question) {
    lock.lock();
    try {
      return closed ? whenClosed : question.ask(connection);
    } catch (SQLException e) {
      throw new IllegalStateException("the store could not be read: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  /** Asks no more, so that the database can be closed. */
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
