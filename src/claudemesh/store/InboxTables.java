package claudemesh.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes what happens to messages that came in into the tables of {@link DaemonSchema}, within the
 * limits. For one thread, in its transactions.
 */
final class InboxTables implements Transactions {

  private final Connection connection;
  private final InboxLimits limits;
  private final KnownNumbers numbers;
  private final PreparedStatement insert;
  private final PreparedStatement insertAside;
  private final PreparedStatement findOnce;
  private final PreparedStatement findAside;
  private final PreparedStatement findGone;
  private final PreparedStatement deleteAside;
  private final PreparedStatement deleteAsideById;
  private final PreparedStatement markSeen;
  private final PreparedStatement remember;
  private final PreparedStatement delete;
  private final PreparedStatement oldest;
  private final PreparedStatement deleteOldAside;
  private final PreparedStatement forget;

  private Counts counts;
  private volatile Counts committed; // others read it
  private final AtomicLong commits = new AtomicLong();

  /** What the tables hold: the last number given, messages and their length, those kept aside. */
  private record Counts(long lastNo, long messages, long chars, long aside) {

    Counts withAppended(int length) {
      return new Counts(lastNo + 1, messages + 1, chars + length, aside);
    }

    Counts withDeleted(int length) {
      return new Counts(lastNo, messages - 1, chars - length, aside);
    }

    Counts withAside(int more) {
      return new Counts(lastNo, messages, chars, aside + more);
    }
  }

  InboxTables(Connection connection, InboxLimits limits) throws SQLException {
    this.connection = connection;
    this.limits = limits;
    this.numbers = new KnownNumbers(connection);
    String shared =
        "id, once, mesh, box, sender, created_at, received_at, client_message_id,"
            + " broker_message_id, topic, reply_to_id, priority";
    insert =
        connection.prepareStatement(
            "INSERT INTO inbox ("
                + shared
                + ", no, body, encrypted, chars, crc)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (once) DO NOTHING");
    insertAside =
        connection.prepareStatement(
            "INSERT INTO aside ("
                + shared
                + ", nonce, ciphertext, reason)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING no");
    findOnce = connection.prepareStatement("SELECT 1 FROM inbox WHERE once = ?");
    findAside = connection.prepareStatement("SELECT 1 FROM aside WHERE once = ?");
    findGone = connection.prepareStatement("SELECT 1 FROM gone WHERE once = ?");
    deleteAside = connection.prepareStatement("DELETE FROM aside WHERE once = ?");
    deleteAsideById = connection.prepareStatement("DELETE FROM aside WHERE id = ?");
    markSeen =
        connection.prepareStatement(
            "UPDATE inbox SET seen_at = ? WHERE no = ? AND seen_at IS NULL");
    remember =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO gone (once, deleted_at) SELECT once, ? FROM inbox WHERE no ="
                + " ?");
    delete = connection.prepareStatement("DELETE FROM inbox WHERE no = ? RETURNING chars");
    oldest = connection.prepareStatement("SELECT no, received_at FROM inbox ORDER BY no LIMIT ?");
    deleteOldAside = connection.prepareStatement("DELETE FROM aside WHERE received_at < ?");
    forget =
        connection.prepareStatement(
            "DELETE FROM gone WHERE once IN (SELECT once FROM gone INDEXED BY gone_since"
                + " WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?)");
    committed = count();
    counts = committed;
  }

  private Counts count() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'inbox'), 0),"
                    + " count(*), coalesce(sum(chars), 0), (SELECT count(*) FROM aside)"
                    + " FROM inbox INDEXED BY inbox_of_mesh")) {
      row.next();
      return new Counts(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
    }
  }

  /** The number of the newest message at the newest commit. */
  long lastPosition() {
    return committed.lastNo;
  }

  /** The number of the newest message within the transaction. */
  long lastNo() {
    return counts.lastNo;
  }

  /** How many transactions were committed; told after each. */
  long commits() {
    return commits.get();
  }

  @Override
  public void committed() {
    commits.incrementAndGet();
    committed = counts;
  }

  @Override
  public void rolledBack() {
    counts = committed;
    numbers.forget();
  }

  // ── append ───────────────────────────────────────────────────────────────────────────────────

  Received append(String id, NewIncoming message, Instant now) throws SQLException {
    long once = once(message);
    if (isThere(findGone, once)) {
      return new Received.Duplicate(false);
    }
    return switch (message.content()) {
      case InboxContent.Readable readable -> append(id, once, message, readable, now);
      case InboxContent.Unreadable unreadable -> keepAside(id, once, message, unreadable, now);
    };
  }

  /** Whether a message that could be read came before, deleted since or not. */
  boolean knows(NewIncoming message) throws SQLException {
    long once = once(message);
    return isThere(findOnce, once) || isThere(findGone, once);
  }

  private static long once(NewIncoming message) {
    InboxSender sender = message.sender();
    return Digest.once(
        message.recipient().mesh(),
        message.recipient().key(),
        sender.memberKey().orElse(sender.key()),
        message.clientMessageId().isPresent() ? "by client" : "by broker",
        message.clientMessageId().orElse(message.brokerMessageId()));
  }

  private static boolean isThere(PreparedStatement find, long once) throws SQLException {
    find.setLong(1, once);
    return Columns.number(find) != null;
  }

  private Received append(
      String id, long once, NewIncoming message, InboxContent.Readable content, Instant now)
      throws SQLException {
    int length = content.body().length();
    if (counts.messages >= limits.maxMessages() || counts.chars + length > limits.maxChars()) {
      return isThere(findOnce, once) ? new Received.Duplicate(false) : full();
    }
    setShared(insert, id, once, message, now);
    insert.setLong(13, counts.lastNo + 1);
    insert.setString(14, content.body());
    insert.setInt(15, content.encrypted() ? 1 : 0);
    insert.setInt(16, length);
    insert.setLong(17, InboxRows.crc(message, content));
    if (insert.executeUpdate() == 0) {
      return new Received.Duplicate(false);
    }
    counts = counts.withAppended(length);
    if (counts.aside > 0) { // it may have come before, when it could not be opened
      deleteAside.setLong(1, once);
      counts = counts.withAside(-deleteAside.executeUpdate());
    }
    return new Received.Stored(id, counts.lastNo);
  }

  private Received full() {
    return new Received.Refused(
        "the inbox is full, with "
            + counts.messages
            + " messages of "
            + counts.chars
            + " characters; no more than "
            + limits.maxMessages()
            + " and "
            + limits.maxChars()
            + " are kept: clear some");
  }

  private Received keepAside(
      String id, long once, NewIncoming message, InboxContent.Unreadable content, Instant now)
      throws SQLException {
    if (isThere(findOnce, once)) {
      return new Received.Duplicate(false);
    }
    if (isThere(findAside, once)) {
      return new Received.Duplicate(true);
    }
    if (counts.aside >= limits.maxUnreadable()) {
      return new Received.Refused(
          "as many unreadable messages are kept aside as may be: " + counts.aside);
    }
    setShared(insertAside, id, once, message, now);
    insertAside.setString(13, content.nonce());
    insertAside.setString(14, content.ciphertext());
    insertAside.setString(15, content.reason());
    long no = Columns.number(insertAside);
    counts = counts.withAside(1);
    return new Received.Stored(id, no);
  }

  private void setShared(
      PreparedStatement statement, String id, long once, NewIncoming message, Instant now)
      throws SQLException {
    statement.setString(1, id);
    statement.setLong(2, once);
    statement.setLong(3, numbers.mesh(message.recipient().mesh()));
    statement.setLong(4, numbers.box(message.recipient()));
    statement.setLong(5, numbers.sender(message.sender()));
    Columns.set(statement, 6, message.createdAt());
    Columns.set(statement, 7, now);
    Columns.set(statement, 8, message.clientMessageId());
    statement.setString(9, message.brokerMessageId());
    Columns.set(statement, 10, message.topic());
    Columns.set(statement, 11, message.replyToId());
    statement.setString(12, message.priority());
  }

  // ── find ─────────────────────────────────────────────────────────────────────────────────────

  /** The numbers of messages by their ids, those of a table that are in some inboxes. */
  List<Long> numbersOf(String table, InboxScope scope, Iterable<String> ids) throws SQLException {
    List<Long> found = new ArrayList<>();
    try (PreparedStatement find =
        connection.prepareStatement(
            "SELECT m.no, mesh.name, box.key, box.kind FROM "
                + table
                + " m JOIN mesh ON mesh.no = m.mesh JOIN box ON box.no = m.box WHERE m.id = ?")) {
      for (String id : ids) {
        find.setString(1, id);
        try (ResultSet row = find.executeQuery()) {
          if (row.next() && scope.includes(recipient(row))) {
            found.add(row.getLong(1));
          }
        }
      }
    }
    return found;
  }

  private static InboxRecipient recipient(ResultSet row) throws SQLException {
    InboxRecipient.Kind kind = InboxRecipient.Kind.values()[row.getInt(4)];
    return new InboxRecipient(row.getString(2), row.getString(3), kind);
  }

  /** Numbers of messages that fit, the oldest first. */
  List<Long> numbers(InboxFilter filter, long upTo, int limit) throws SQLException {
    InboxRows.Range range = new InboxRows.Range(0, upTo);
    return InboxRows.numbers(connection, filter, range, InboxRows.Order.OLDEST, limit);
  }

  // ── change ───────────────────────────────────────────────────────────────────────────────────

  /** Marks messages seen; how many were not. */
  int markSeen(List<Long> messages, Instant now) throws SQLException {
    int marked = 0;
    for (long no : messages) {
      Columns.set(markSeen, 1, now);
      markSeen.setLong(2, no);
      marked += markSeen.executeUpdate();
    }
    return marked;
  }

  /** Deletes messages and remembers them; how many were there. */
  int delete(List<Long> messages, Instant now) throws SQLException {
    int deleted = 0;
    for (long no : messages) {
      Columns.set(remember, 1, now);
      remember.setLong(2, no);
      remember.executeUpdate();
      delete.setLong(1, no);
      Long chars = Columns.number(delete);
      if (chars != null) {
        counts = counts.withDeleted(chars.intValue());
        deleted++;
      }
    }
    return deleted;
  }

  /** Deletes a message kept aside, if it is in one of some inboxes. */
  boolean deleteAside(InboxScope scope, String id) throws SQLException {
    if (numbersOf("aside", scope, List.of(id)).isEmpty()) {
      return false;
    }
    deleteAsideById.setString(1, id);
    counts = counts.withAside(-deleteAsideById.executeUpdate());
    return true;
  }

  // ── sweep ────────────────────────────────────────────────────────────────────────────────────

  /** Deletes some of the oldest messages if they were received before a time; how many. */
  int deleteOld(Instant before, Instant now, int most) throws SQLException {
    Columns.set(deleteOldAside, 1, before);
    counts = counts.withAside(-deleteOldAside.executeUpdate());
    oldest.setInt(1, most);
    List<Long> old = new ArrayList<>();
    try (ResultSet row = oldest.executeQuery()) {
      while (row.next() && row.getLong(2) < before.toEpochMilli()) {
        old.add(row.getLong(1));
      }
    }
    return delete(old, now);
  }

  /** Forgets some of what was deleted before a time; how many. */
  int forget(Instant before, int most) throws SQLException {
    Columns.set(forget, 1, before);
    forget.setInt(2, most);
    return forget.executeUpdate();
  }
}
