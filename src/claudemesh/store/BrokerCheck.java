package claudemesh.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** What must hold in the tables of {@link BrokerSchema} besides a sound structure. */
final class BrokerCheck {

  private static final String OTHER_TABLES =
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'mail'";
  private static final String QUEUED =
      "count(*) FILTER (WHERE state = 0) || ' with sum '"
          + " || coalesce(sum(mailbox * 31 + no * 7 + urgency) FILTER (WHERE state = 0), 0)";

  private BrokerCheck() {}

  static Optional<String> damage(Connection connection) throws SQLException {
    // The whole check of `mail` would cost thrice all of this; the other tables are small.
    for (String table : Database.texts(connection, OTHER_TABLES)) {
      String verdict = Database.text(connection, "PRAGMA integrity_check(" + table + ")");
      if (!verdict.equals("ok")) {
        return Optional.of(verdict);
      }
    }
    String rows = Database.text(connection, "SELECT " + QUEUED + " FROM mail NOT INDEXED");
    String index =
        Database.text(
            connection, "SELECT " + QUEUED + " FROM mail INDEXED BY mail_queued WHERE state = 0");
    if (!rows.equals(index)) {
      return Optional.of(
          "its queued rows (" + rows + ") are not those of the index (" + index + ")");
    }
    return countsDiffer(connection, rows.substring(0, rows.indexOf(' ')));
  }

  private static Optional<String> countsDiffer(Connection connection, String queued)
      throws SQLException {
    String counts =
        Database.text(
            connection,
            "SELECT coalesce(sum(queued), 0) || ' queued by their messages, '"
                + " || count(*) FILTER (WHERE state = 0) || ' by themselves, '"
                + " || count(*) FILTER (WHERE queued > 0 AND payload IS NULL) || ' without text'"
                + " FROM mail");
    String expected =
        queued + " queued by their messages, " + queued + " by themselves, 0 without text";
    return counts.equals(expected)
        ? Optional.empty()
        : Optional.of("expected " + expected + "; found " + counts);
  }
}
