package claudemesh.store;

import claudemesh.store.KnownMailboxes.Known;
import claudemesh.store.MessageStatus.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes messages and what becomes of them into the tables of {@link BrokerSchema}, within the
 * limits. For one thread, in its transactions.
 */
final class MailboxTables implements Transactions {

  private static final int MOST_FORGOTTEN_AT_ONCE = 4_096;
  private static final int WORTH_FORGETTING = 256;

  private final MailboxLimits limits;
  private final KnownMailboxes mailboxes;
  private final KnownSends sends = new KnownSends();
  private final EndedMessages endedMessages = new EndedMessages();
  private final PreparedStatement insertFirst;
  private final PreparedStatement insertNext;
  private final PreparedStatement findEarlier;
  private final PreparedStatement endOnly;
  private final PreparedStatement endRow;
  private final PreparedStatement endOfMessage;
  private final PreparedStatement markRead;
  private final PreparedStatement forget;

  private Counts counts;
  private volatile Counts committed; // others read it

  /**
   * What the tables hold.
   *
   * @param lastNo the last number given to a row
   * @param lastEnded the last number given to a message with none queued
   * @param open how many messages have rows queued
   * @param chars how long their texts are
   * @param oldestOpen no row up to this number is queued
   */
  private record Counts(long lastNo, long lastEnded, long open, long chars, long oldestOpen) {

    Counts withRows(int rows) {
      return new Counts(lastNo + rows, lastEnded, open, chars, oldestOpen);
    }

    Counts withOpened(int length) {
      return new Counts(lastNo, lastEnded, open + 1, chars + length, oldestOpen);
    }

    Counts withEnded() {
      return new Counts(lastNo, lastEnded + 1, open, chars, oldestOpen);
    }

    Counts withClosed(int length) {
      return new Counts(lastNo, lastEnded + 1, open - 1, chars - length, oldestOpen);
    }

    Counts withOldestOpen(long no) {
      return new Counts(lastNo, lastEnded, open, chars, no);
    }
  }

  /**
   * What an append did.
   *
   * @param outcome what the caller is told
   * @param queued its rows that are queued
   */
  record Written(Appended outcome, List<CachedEntry> queued) {}

  MailboxTables(Connection connection, MailboxLimits limits) throws SQLException {
    this.limits = limits;
    this.mailboxes = new KnownMailboxes(connection);
    insertFirst =
        connection.prepareStatement(
            "INSERT INTO mail (no, first, mailbox, urgency, state, since, reason, rows, queued,"
                + " ended, message_id, sender, client_message_id, once, target,"
                + " created_at, chars, crc, payload)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insertNext =
        connection.prepareStatement(
            "INSERT INTO mail (no, first, mailbox, urgency, state, since, reason)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)");
    findEarlier =
        connection.prepareStatement(
            "SELECT message_id FROM mail WHERE no = ? AND sender = ? AND client_message_id = ?");
    endOnly =
        connection.prepareStatement(
            "UPDATE mail SET state = ?, since = ?, reason = ?, queued = 0, ended = ?, payload ="
                + " NULL WHERE no = ? AND state = 0");
    endRow =
        connection.prepareStatement(
            "UPDATE mail SET state = ?, since = ?, reason = ? WHERE no = ? AND state = 0");
    endOfMessage =
        connection.prepareStatement(
            "UPDATE mail SET queued = queued - 1, ended = CASE queued WHEN 1 THEN ? END,"
                + " payload = CASE queued WHEN 1 THEN NULL ELSE payload END"
                + " WHERE no = ? RETURNING queued, chars, rows");
    markRead =
        connection.prepareStatement(
            "UPDATE mail SET state = ? WHERE state = ? AND no IN"
                + " (SELECT row.no FROM mail head JOIN mail row"
                + " ON row.no BETWEEN head.no AND head.no + head.rows - 1 WHERE head.message_id = ?"
                + " AND row.mailbox = (SELECT id FROM mailbox WHERE name = ?))");
    forget =
        connection.prepareStatement("DELETE FROM mail WHERE no BETWEEN ? AND ? RETURNING once");
    committed = count(connection);
    counts = committed;
    recall(connection);
  }

  private static Counts count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT coalesce(max(no), 0), coalesce(max(ended), 0),"
                    + " count(*) FILTER (WHERE queued > 0),"
                    + " coalesce(sum(chars) FILTER (WHERE queued > 0), 0) FROM mail")) {
      row.next();
      return new Counts(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), 0);
    }
  }

  /** Brings into memory what is kept there of each message. */
  private void recall(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row =
          statement.executeQuery("SELECT once, no FROM mail WHERE once IS NOT NULL")) {
        while (row.next()) {
          sends.add(row.getLong(1), row.getLong(2));
        }
      }
      try (ResultSet row =
          statement.executeQuery(
              "SELECT no, rows FROM mail WHERE ended IS NOT NULL ORDER BY ended")) {
        while (row.next()) {
          endedMessages.add(row.getLong(1), row.getInt(2));
        }
      }
    }
    sends.committed();
    endedMessages.committed();
  }

  /** How many messages were neither settled everywhere nor dead at the newest commit. */
  long open() {
    return committed.open;
  }

  @Override
  public void committed() {
    committed = counts;
    sends.committed();
    endedMessages.committed();
  }

  @Override
  public void rolledBack() {
    counts = committed;
    mailboxes.forget();
    sends.rolledBack();
    endedMessages.rolledBack();
  }

  // ── append ───────────────────────────────────────────────────────────────────────────────────

  /**
   * A message with the numbers that stand for it, which whoever appends works out before: the one
   * writer has enough to do.
   *
   * @param message the message
   * @param once its digest; null without an id of its sender's
   * @param crc what it is checked against when read again
   */
  record Numbered(NewMessage message, Long once, long crc) {

    static Numbered of(NewMessage message) {
      return new Numbered(message, digest(message), checksum(message));
    }
  }

  Written append(Numbered numbered, Instant now) throws SQLException {
    NewMessage message = numbered.message();
    Set<String> full = new LinkedHashSet<>();
    for (String name : message.mailboxes()) {
      if (mailboxes.get(name).queued >= limits.maxPerMailbox()) {
        full.add(name);
      }
    }
    Optional<String> earlier = earlier(message, numbered.once());
    if (earlier.isPresent()) {
      return new Written(new Appended.Duplicate(earlier.get()), List.of());
    }
    Optional<String> refusal = refusal(message, full);
    if (refusal.isPresent()) {
      return new Written(new Appended.Refused(refusal.get()), List.of());
    }
    insertFirst(numbered, full, now);
    List<CachedEntry> queued = insertRows(message, full, now);
    return new Written(new Appended.Stored(message.messageId(), List.copyOf(full)), queued);
  }

  private Optional<String> refusal(NewMessage message, Set<String> full) {
    if (!full.isEmpty() && full.size() == message.mailboxes().size()) {
      return Optional.of("the mailbox is full: " + limits.maxPerMailbox() + " messages wait in it");
    }
    if (counts.open >= limits.maxMessages()
        || counts.chars + message.payload().length() > limits.maxChars()) {
      return Optional.of("the store is full: " + counts.open + " messages wait in it");
    }
    return Optional.empty();
  }

  private Optional<String> earlier(NewMessage message, Long once) throws SQLException {
    long row = once == null ? 0 : sends.row(once);
    if (row == 0) {
      return Optional.empty();
    }
    findEarlier.setLong(1, row);
    findEarlier.setString(2, message.sender());
    findEarlier.setString(3, message.clientMessageId().orElseThrow());
    try (ResultSet rows = findEarlier.executeQuery()) {
      return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
    }
  }

  private static long checksum(NewMessage message) {
    return Digest.crc(
        message.messageId(),
        message.sender(),
        message.clientMessageId().orElse(null),
        message.target(),
        message.payload());
  }

  private static Long digest(NewMessage message) {
    return message.clientMessageId().map(id -> Digest.once(message.sender(), id)).orElse(null);
  }

  private void insertFirst(Numbered numbered, Set<String> full, Instant now) throws SQLException {
    NewMessage message = numbered.message();
    Long once = numbered.once();
    long no = counts.lastNo + 1;
    int queued = message.mailboxes().size() - full.size();
    String mailbox = message.mailboxes().isEmpty() ? null : message.mailboxes().get(0);
    setRow(insertFirst, no, no, mailbox, message.urgency(), full, now);
    insertFirst.setInt(8, Math.max(1, message.mailboxes().size()));
    insertFirst.setInt(9, queued);
    setOptional(insertFirst, 10, queued == 0 ? counts.lastEnded + 1 : null);
    insertFirst.setString(11, message.messageId());
    insertFirst.setString(12, message.sender());
    insertFirst.setString(13, message.clientMessageId().orElse(null));
    // Of two texts with one digest the later goes without.
    boolean known = once != null && sends.row(once) == 0;
    setOptional(insertFirst, 14, known ? once : null);
    insertFirst.setString(15, message.target());
    insertFirst.setLong(16, message.createdAt().toEpochMilli());
    insertFirst.setInt(17, message.payload().length());
    insertFirst.setLong(18, numbered.crc());
    insertFirst.setString(19, queued == 0 ? null : message.payload());
    insertFirst.executeUpdate();
    if (known) {
      sends.add(once, no);
    }
  }

  /** Writes the other rows, and counts them all. */
  private List<CachedEntry> insertRows(NewMessage message, Set<String> full, Instant now)
      throws SQLException {
    List<String> names = message.mailboxes();
    long first = counts.lastNo + 1;
    List<CachedEntry> queued = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (i > 0) {
        setRow(insertNext, first + i, first, name, message.urgency(), full, now);
        insertNext.executeUpdate();
      }
      if (!full.contains(name)) {
        mailboxes.get(name).queued++;
        boolean alone = names.size() - full.size() == 1;
        queued.add(entry(message, name, first + i, first, alone));
      }
    }
    int rows = Math.max(1, names.size());
    counts = counts.withRows(rows);
    if (queued.isEmpty()) {
      counts = counts.withEnded();
      endedMessages.add(first, rows);
      trim();
    } else {
      counts = counts.withOpened(message.payload().length());
    }
    return queued;
  }

  private static CachedEntry entry(
      NewMessage message, String mailbox, long no, long first, boolean alone) {
    return new CachedEntry(
        mailbox,
        no,
        first,
        message.mailboxes().size(),
        message.messageId(),
        message.clientMessageId().orElse(null),
        message.urgency(),
        message.payload().length(),
        alone);
  }

  private void setRow(
      PreparedStatement insert,
      long no,
      long first,
      String name,
      int urgency,
      Set<String> full,
      Instant now)
      throws SQLException {
    Known mailbox = name == null ? null : mailboxes.get(name);
    boolean isFull = full.contains(name);
    State state = isFull ? State.DEAD : mailbox == null ? State.DELIVERED : State.QUEUED;
    insert.setLong(1, no);
    insert.setLong(2, first);
    setOptional(insert, 3, mailbox == null ? null : mailbox.id);
    insert.setInt(4, urgency);
    insert.setInt(5, state.ordinal());
    setOptional(insert, 6, isFull ? now.toEpochMilli() : null);
    insert.setString(7, isFull ? "the mailbox was full" : null);
  }

  private static void setOptional(PreparedStatement statement, int column, Long value)
      throws SQLException {
    if (value == null) {
      statement.setNull(column, Types.BIGINT);
    } else {
      statement.setLong(column, value);
    }
  }

  // ── end ──────────────────────────────────────────────────────────────────────────────────────

  /** Settles a row or gives it up; nothing happens if it is over already. */
  void end(Ending ending) throws SQLException {
    CachedEntry entry = ending.entry();
    // Nearly every message has one row: one statement for all of it.
    if (entry.alone && entry.sequence == entry.first) {
      if (endRow(endOnly, ending, true)) {
        counts = counts.withClosed(entry.chars);
        endedMessages.add(entry.first, entry.rows);
      }
    } else if (endRow(endRow, ending, false)) {
      endOfMessage.setLong(1, counts.lastEnded + 1);
      endOfMessage.setLong(2, entry.first);
      try (ResultSet rows = endOfMessage.executeQuery()) {
        if (rows.next() && rows.getInt(1) == 0) {
          counts = counts.withClosed(rows.getInt(2));
          endedMessages.add(entry.first, rows.getInt(3));
        }
      }
    }
    trim();
  }

  /** Somebody has looked at a delivered message; nothing happens if it is not delivered. */
  void markRead(String mailbox, String messageId) throws SQLException {
    markRead.setInt(1, State.READ.ordinal());
    markRead.setInt(2, State.DELIVERED.ordinal());
    markRead.setString(3, messageId);
    markRead.setString(4, mailbox);
    markRead.executeUpdate();
  }

  /** Up to which row everything is known to be over. */
  long lookedAt() {
    return counts.oldestOpen;
  }

  void lookedAt(long no) {
    counts = counts.withOldestOpen(no);
  }

  private boolean endRow(PreparedStatement update, Ending ending, boolean withMessage)
      throws SQLException {
    update.setInt(1, ending.state().ordinal());
    update.setLong(2, ending.since().toEpochMilli());
    update.setString(3, ending.reason());
    if (withMessage) {
      update.setLong(4, counts.lastEnded + 1);
    }
    update.setLong(withMessage ? 5 : 4, ending.entry().sequence);
    boolean ended = update.executeUpdate() == 1;
    if (ended) {
      mailboxes.ended(ending.entry().mailbox);
    }
    return ended;
  }

  /** Forgets what has ended beyond the limit; some at a time, since appends wait meanwhile. */
  private void trim() throws SQLException {
    int many = Math.min(endedMessages.size() - limits.remembered(), MOST_FORGOTTEN_AT_ONCE);
    // One statement for many costs little more than one for one.
    if (many > Math.min(limits.remembered() / 16, WORTH_FORGETTING)) {
      List<EndedMessages.Ended> old = new ArrayList<>(many);
      for (int i = 0; i < many; i++) {
        old.add(endedMessages.take());
      }
      old.sort(Comparator.comparingLong(EndedMessages.Ended::first));
      forget(old);
    }
  }

  /** Forgets messages given in the order of their rows, all that are neighbours at once. */
  private void forget(List<EndedMessages.Ended> messages) throws SQLException {
    long from = messages.getFirst().first();
    long to = from;
    for (EndedMessages.Ended message : messages) {
      if (message.first() > to) {
        forget(from, to);
        from = message.first();
      }
      to = message.first() + message.rows();
    }
    forget(from, to);
  }

  private void forget(long from, long to) throws SQLException {
    forget.setLong(1, from);
    forget.setLong(2, to - 1);
    try (ResultSet rows = forget.executeQuery()) {
      while (rows.next()) {
        long once = rows.getLong(1);
        if (!rows.wasNull()) {
          sends.remove(once);
        }
      }
    }
  }
}
