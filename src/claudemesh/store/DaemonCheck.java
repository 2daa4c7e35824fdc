package claudemesh.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What must hold in the tables of {@link DaemonSchema} besides a sound structure. */
final class DaemonCheck {

  // The whole check of the large tables would cost several times all of this.
  private static final String SMALL_TABLES =
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('inbox', 'gone')"
          + " AND name NOT LIKE 'sqlite%'";

  private static final String UNREAD = " WHERE seen_at IS NULL";

  /** What of the rows of the inbox an index must find, by one of their columns. */
  private record Indexed(String index, String column, String condition) {

    private String sum() {
      return "count(*)%s || ' with sum ' || coalesce(sum(no %% 1000003 * 31 + %s)%s, 0)"
          .formatted(filter(), column, filter());
    }

    private String filter() {
      return condition.isEmpty() ? "" : " FILTER (" + condition + ")";
    }

    private String fromIndex() {
      return "SELECT " + sum() + " FROM inbox INDEXED BY " + index + condition;
    }
  }

  private static final List<Indexed> INDEXES =
      List.of(
          new Indexed("inbox_of_box", "box", ""),
          new Indexed("inbox_of_mesh", "mesh", ""),
          new Indexed("unread_of_box", "box", UNREAD),
          new Indexed("unread_of_mesh", "mesh", UNREAD));

  private DaemonCheck() {}

  static Optional<String> damage(Connection connection) throws SQLException {
    for (String table : Database.texts(connection, SMALL_TABLES)) {
      String verdict = Database.text(connection, "PRAGMA integrity_check(" + table + ")");
      if (!verdict.equals("ok")) {
        return Optional.of(verdict);
      }
    }
    Optional<String> damage = inboxDamage(connection);
    if (damage.isPresent()) {
      return damage;
    }
    String lost =
        Database.text(
            connection,
            "SELECT count(*) FROM outbox WHERE status <> 2 AND text IS NULL"
                + " OR (status = 0) <> (ended IS NULL)");
    return lost.equals("0")
        ? Optional.empty()
        : Optional.of(lost + " rows of its outbox lack a text or an end");
  }

  private static Optional<String> inboxDamage(Connection connection) throws SQLException {
    // The rows are by far the most to read, so they are read once for all of the indexes.
    String sums = INDEXES.stream().map(Indexed::sum).collect(Collectors.joining(", "));
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT " + sums + " FROM inbox NOT INDEXED")) {
      rows.next();
      for (int i = 0; i < INDEXES.size(); i++) {
        String expected = rows.getString(i + 1);
        String found = Database.text(connection, INDEXES.get(i).fromIndex());
        if (!found.equals(expected)) {
          return Optional.of(
              "the rows of its inbox (%s) are not those of %s (%s)"
                  .formatted(expected, INDEXES.get(i).index(), found));
        }
      }
    }
    return Optional.empty();
  }
}
