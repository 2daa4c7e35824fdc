package claudemesh.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * One kind of database: what marks it, how its tables came to be, and what must hold in it. The
 * number {@code user_version} of a file is the version of its tables.
 *
 * @param applicationId stands in the file, so that no other program's database, and none of another
 *     kind, is taken for one of these
 * @param contents what would be lost with it, for people
 * @param steps what leads from each version to the next; never changed once released, only added to
 * @param atOpening what is done each time before it is used
 * @param check looks for contradictions that a sound file may have all the same
 */
record Layout(
    int applicationId,
    String contents,
    List<List<String>> steps,
    List<String> atOpening,
    Check check) {

  Layout {
    steps = List.copyOf(steps);
    atOpening = List.copyOf(atOpening);
  }

  /** Looks whether rows, and what counts and finds them, agree. */
  @FunctionalInterface
  interface Check {

    /** What is damaged, for people; empty if all agree. Changes nothing. */
    Optional<String> damage(Connection connection) throws SQLException;
  }

  /** The version that this program writes. */
  int current() {
    return steps.size();
  }

  /** The version of a database's tables; 0 if it has none yet. */
  static int version(Connection connection) throws SQLException {
    return number(connection, "PRAGMA user_version");
  }

  /** Takes a database from its version to another in one transaction, by each step between. */
  void migrate(Connection connection, int to) throws SQLException {
    int from = version(connection);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      if (from == 0) {
        statement.execute("PRAGMA application_id = " + applicationId);
      }
      for (int version = from; version < to; version++) {
        for (String step : steps.get(version)) {
          statement.execute(step);
        }
      }
      statement.execute("PRAGMA user_version = " + to);
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** The first column of the first row, as a number; 0 if there is no row. */
  static int number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? rows.getInt(1) : 0;
    }
  }
}
