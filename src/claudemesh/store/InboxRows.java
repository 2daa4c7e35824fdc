package claudemesh.store;

import claudemesh.json.Log;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds rows of inboxes in the tables of {@link DaemonSchema} on a connection, for whoever may use
 * that. Numbers are found in an index alone, one search for each inbox or mesh that is meant; only
 * the rows to be shown are read.
 */
final class InboxRows {

  private static final InboxRecipient.Kind[] KINDS = InboxRecipient.Kind.values();

  /** By how much a clock may have been set without {@link InboxFilter#since} missing anything. */
  private static final long CLOCK_SET_MILLIS = Duration.ofDays(1).toMillis();

  private static final String SHARED =
      "m.id, m.no, mesh.name, box.key, box.kind, sender.key, sender.member_key, sender.name,"
          + " m.client_message_id, m.broker_message_id, m.topic, m.reply_to_id, m.priority,"
          + " m.created_at, m.received_at";
  private static final String JOINS =
      " JOIN mesh ON mesh.no = m.mesh JOIN box ON box.no = m.box JOIN sender ON sender.no ="
          + " m.sender";
  private static final String READABLE =
      "SELECT " + SHARED + ", m.seen_at, m.body, m.encrypted, m.crc FROM inbox m" + JOINS;
  private static final String UNREADABLE =
      "SELECT " + SHARED + ", m.nonce, m.ciphertext, m.reason FROM aside m" + JOINS;

  private InboxRows() {}

  /**
   * A part of the order of arrival.
   *
   * @param after behind this number
   * @param upTo up to this one
   */
  record Range(long after, long upTo) {
    static final Range ALL = new Range(0, Long.MAX_VALUE);
  }

  /** All messages of one inbox, or of all inboxes of one mesh: the column, and its number. */
  record Part(String column, long number) {}

  /** Which numbers an order begins with. */
  enum Order {
    NEWEST("DESC"),
    OLDEST("ASC");

    private final String word;

    Order(String word) {
      this.word = word;
    }
  }

  // ── which parts ──────────────────────────────────────────────────────────────────────────────

  /** The inboxes that are meant, or the meshes if no inbox is named. */
  static List<Part> parts(Connection connection, InboxScope scope) throws SQLException {
    List<Part> parts = new ArrayList<>();
    if (scope.recipients().isEmpty()) {
      collect(connection, "mesh", "", scope.mesh(), "SELECT no FROM mesh WHERE ", parts);
      return parts;
    }
    String boxes = "SELECT box.no FROM box JOIN mesh ON mesh.no = box.mesh WHERE box.key = ?2 AND ";
    for (String key : scope.recipients().get()) {
      collect(connection, "box", key, scope.mesh(), boxes, parts);
    }
    return parts;
  }

  private static void collect(
      Connection connection,
      String column,
      String key,
      Optional<String> mesh,
      String query,
      List<Part> parts)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(query + (mesh.isPresent() ? "name = ?1" : "?1 IS NULL"))) {
      statement.setString(1, mesh.orElse(null));
      if (!key.isEmpty()) {
        statement.setString(2, key);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          parts.add(new Part(column, row.getLong(1)));
        }
      }
    }
  }

  // ── which numbers ────────────────────────────────────────────────────────────────────────────

  /** Numbers of messages that fit, in order; at most so many. */
  static List<Long> numbers(
      Connection connection, InboxFilter filter, Range range, Order order, int limit)
      throws SQLException {
    List<Long> numbers = new ArrayList<>();
    for (Part part : parts(connection, filter.scope())) {
      String query = numbersQuery(part, filter, order);
      try (PreparedStatement statement = connection.prepareStatement(query)) {
        set(connection, statement, part, filter, range);
        statement.setInt(6, limit);
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            numbers.add(row.getLong(1));
          }
        }
      }
    }
    numbers.sort(order == Order.NEWEST ? Comparator.reverseOrder() : Comparator.naturalOrder());
    return numbers.size() <= limit ? numbers : numbers.subList(0, limit);
  }

  static String numbersQuery(Part part, InboxFilter filter, Order order) {
    return "SELECT no" + condition(part, filter) + " ORDER BY no " + order.word + " LIMIT ?6";
  }

  /** How many messages fit. */
  static long count(Connection connection, InboxFilter filter) throws SQLException {
    long count = 0;
    for (Part part : parts(connection, filter.scope())) {
      // The sixth parameter is the limit of the other query.
      String query = "SELECT count(*)" + condition(part, filter) + " AND ?6 IS NULL";
      try (PreparedStatement statement = connection.prepareStatement(query)) {
        set(connection, statement, part, filter, Range.ALL);
        count += Columns.number(statement);
      }
    }
    return count;
  }

  private static String condition(Part part, InboxFilter filter) {
    String condition =
        (" FROM inbox INDEXED BY %s_of_%s WHERE %s = ?1 AND no > ?2 AND no <= ?3")
            .formatted(filter.unreadOnly() ? "unread" : "inbox", part.column, part.column);
    if (filter.unreadOnly()) {
      condition += " AND seen_at IS NULL";
    }
    if (filter.since().isPresent()) {
      condition += " AND received_at >= ?4";
    }
    if (filter.from().isPresent()) {
      condition +=
          " AND sender IN (SELECT no FROM sender WHERE key = ?5 OR member_key = ?5 OR name = ?5)";
    }
    return condition;
  }

  private static void set(
      Connection connection,
      PreparedStatement statement,
      Part part,
      InboxFilter filter,
      Range range)
      throws SQLException {
    long after = range.after;
    if (filter.since().isPresent()) {
      long since = filter.since().get().toEpochMilli();
      statement.setLong(4, since);
      after = Math.max(after, someBefore(connection, since - CLOCK_SET_MILLIS));
    }
    if (filter.from().isPresent()) {
      statement.setString(5, filter.from().get());
    }
    statement.setLong(1, part.number);
    statement.setLong(2, after);
    statement.setLong(3, range.upTo);
  }

  /**
   * A message received before some time, about the newest of them: a search for later ones need not
   * go there. Found by halving, since nearly all came in the order of their times: the newest one
   * might be a million rows away.
   */
  private static long someBefore(Connection connection, long millis) throws SQLException {
    long before = 0;
    long behind = newestNumber(connection) + 1;
    String query =
        "SELECT no, received_at < ? FROM inbox WHERE no > ? AND no < ?" + " ORDER BY no LIMIT 1";
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setLong(1, millis);
      while (behind - before > 1) {
        long middle = before + (behind - before) / 2;
        statement.setLong(2, middle - 1);
        statement.setLong(3, behind);
        try (ResultSet row = statement.executeQuery()) {
          if (row.next() && row.getBoolean(2)) {
            before = row.getLong(1);
          } else {
            behind = middle;
          }
        }
      }
    }
    return before;
  }

  private static long newestNumber(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT max(no) FROM inbox")) {
      Long no = Columns.number(statement);
      return no == null ? 0 : no;
    }
  }

  // ── rows ─────────────────────────────────────────────────────────────────────────────────────

  /** Rows by their numbers, in the same order, without those whose texts are damaged. */
  static List<InboxRow> rows(Connection connection, List<Long> numbers) throws SQLException {
    List<InboxRow> rows = new ArrayList<>(numbers.size());
    try (PreparedStatement statement = connection.prepareStatement(READABLE + " WHERE m.no = ?")) {
      for (long no : numbers) {
        statement.setLong(1, no);
        readable(statement).ifPresent(rows::add);
      }
    }
    return rows;
  }

  /** One row by its id. */
  static Optional<InboxRow> byId(Connection connection, String id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(READABLE + " WHERE m.id = ?")) {
      statement.setString(1, id);
      return readable(statement);
    }
  }

  /** The newest rows kept aside, if their inbox is meant. */
  static List<InboxRow> unreadable(Connection connection, InboxScope scope, int limit)
      throws SQLException {
    List<InboxRow> rows = new ArrayList<>();
    try (PreparedStatement statement =
            connection.prepareStatement(UNREADABLE + " ORDER BY m.no DESC");
        ResultSet row = statement.executeQuery()) {
      while (rows.size() < limit && row.next()) {
        InboxContent content =
            new InboxContent.Unreadable(row.getString(16), row.getString(17), row.getString(18));
        InboxRow found = row(row, content, Optional.empty());
        if (scope.includes(found.message().recipient())) {
          rows.add(found);
        }
      }
    }
    return rows;
  }

  /** How many messages nobody has marked seen, for each recipient that has any. */
  static Map<InboxRecipient, Long> unread(Connection connection) throws SQLException {
    Map<InboxRecipient, Long> unread = new HashMap<>();
    try (PreparedStatement statement =
            connection.prepareStatement(
                "SELECT mesh.name, box.key, box.kind, found.count FROM"
                    + " (SELECT box, count(*) count FROM inbox INDEXED BY unread_of_box"
                    + " WHERE seen_at IS NULL GROUP BY box) found"
                    + " JOIN box ON box.no = found.box JOIN mesh ON mesh.no = box.mesh");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        unread.put(
            new InboxRecipient(row.getString(1), row.getString(2), KINDS[row.getInt(3)]),
            row.getLong(4));
      }
    }
    return unread;
  }

  private static Optional<InboxRow> readable(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      InboxContent.Readable content =
          new InboxContent.Readable(row.getString(17), row.getInt(18) == 1);
      InboxRow found = row(row, content, Columns.perhapsTime(row, 16));
      if (row.getLong(19) != crc(found.message(), content)) {
        Log.error("store_message_damaged", "id", found.id(), "table", "inbox");
        return Optional.empty();
      }
      return Optional.of(found);
    }
  }

  private static InboxRow row(ResultSet row, InboxContent content, Optional<Instant> seenAt)
      throws SQLException {
    NewIncoming message =
        new NewIncoming(
            new InboxRecipient(row.getString(3), row.getString(4), KINDS[row.getInt(5)]),
            new InboxSender(row.getString(6), Columns.text(row, 7), Columns.text(row, 8)),
            Columns.text(row, 9),
            row.getString(10),
            Columns.text(row, 11),
            Columns.text(row, 12),
            row.getString(13),
            Columns.time(row, 14),
            content);
    return new InboxRow(row.getString(1), row.getLong(2), message, Columns.time(row, 15), seenAt);
  }

  /** What the texts of a row are checked against. */
  static long crc(NewIncoming message, InboxContent.Readable content) {
    return Digest.crc(
        message.clientMessageId().orElse(null),
        message.brokerMessageId(),
        message.topic().orElse(null),
        message.replyToId().orElse(null),
        content.body());
  }
}
