package claudemesh.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What must hold in the tables of {@link DaemonSchema} besides a sound structure. */
final class DaemonCheck {

  // The whole check of the large tables would cost several times all of this.
  private static final String SMALL_TABLES =
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('inbox', 'gone')"
          + " AND name NOT LIKE 'sqlite%'";

  /** A number that rows, and what finds them, must agree on. */
  private record Sum(String column, String index, String condition) {

    private String query(String place) {
      return "SELECT count(*) || ' with sum ' || coalesce(sum(no % 1000003 * 31 + "
          + column
          + "), 0) FROM inbox "
          + place
          + condition;
    }

    Optional<String> damage(Connection connection) throws SQLException {
      String rows = Database.text(connection, query("NOT INDEXED"));
      String indexed = Database.text(connection, query("INDEXED BY " + index));
      return rows.equals(indexed)
          ? Optional.empty()
          : Optional.of(
              "the rows of its inbox ("
                  + rows
                  + ") are not those of "
                  + index
                  + " ("
                  + indexed
                  + ")");
    }
  }

  private static final List<Sum> SUMS =
      List.of(
          new Sum("box", "inbox_of_box", ""),
          new Sum("mesh", "inbox_of_mesh", ""),
          new Sum("box", "unread_of_box", " WHERE seen_at IS NULL"),
          new Sum("mesh", "unread_of_mesh", " WHERE seen_at IS NULL"));

  private DaemonCheck() {}

  static Optional<String> damage(Connection connection) throws SQLException {
    for (String table : Database.texts(connection, SMALL_TABLES)) {
      String verdict = Database.text(connection, "PRAGMA integrity_check(" + table + ")");
      if (!verdict.equals("ok")) {
        return Optional.of(verdict);
      }
    }
    for (Sum sum : SUMS) {
      Optional<String> damage = sum.damage(connection);
      if (damage.isPresent()) {
        return damage;
      }
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
}
