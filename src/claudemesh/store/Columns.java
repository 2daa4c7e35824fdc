package claudemesh.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Optional;

/** Columns that may be null, and times, which are kept as milliseconds since 1970. */
final class Columns {

  private Columns() {}

  static Optional<String> text(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }

  static Instant time(ResultSet row, int column) throws SQLException {
    return Instant.ofEpochMilli(row.getLong(column));
  }

  static Optional<Instant> perhapsTime(ResultSet row, int column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  static void set(PreparedStatement statement, int column, Optional<String> text)
      throws SQLException {
    statement.setString(column, text.orElse(null));
  }

  static void set(PreparedStatement statement, int column, Instant time) throws SQLException {
    statement.setLong(column, time.toEpochMilli());
  }

  static void setPerhaps(PreparedStatement statement, int column, Long number) throws SQLException {
    if (number == null) {
      statement.setNull(column, Types.BIGINT);
    } else {
      statement.setLong(column, number);
    }
  }

  /** The first column of the first row; null if there is none. */
  static Long number(PreparedStatement query) throws SQLException {
    try (ResultSet rows = query.executeQuery()) {
      return rows.next() ? rows.getLong(1) : null;
    }
  }
}
