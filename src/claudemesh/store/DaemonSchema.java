package claudemesh.store;

import java.util.List;

/**
 * The tables of the daemon's store, and how an older store becomes this one. Times are milliseconds
 * since 1970, lengths UTF-16 units unless bytes are said.
 *
 * <table>
 * <caption>Tables and columns</caption>
 * <tr><th>outbox</th><th>a message on its way out, or remembered</th></tr>
 * <tr><td>no</td><td>its place in the order of all appends</td></tr>
 * <tr><td>id, client_message_id, mesh, via, target, priority, reply_to_id, fingerprint</td><td>as
 *   {@link OutboxRow} and {@link NewOutgoing} say</td></tr>
 * <tr><td>once</td><td>64 bits of SHA-256 of mesh and client_message_id; null if another message has
 *   the same</td></tr>
 * <tr><td>text, text_chars, text_bytes</td><td>what it says, null once done; its lengths</td></tr>
 * <tr><td>crc</td><td>CRC-32C of the texts of the three rows above but once, each in UTF-8 and
 *   followed by a zero</td></tr>
 * <tr><td>status</td><td>0 pending, in flight or not; 2 done, 3 dead, 4 aborted</td></tr>
 * <tr><td>attempts, enqueued_at, next_attempt_at, delivered_at, broker_message_id, last_error,
 *   aborted_at, aborted_by</td><td>as {@link OutboxRow} says</td></tr>
 * <tr><td>ended, ended_at</td><td>its place in the order in which messages were finished, and when;
 *   null while pending</td></tr>
 * <tr><th>inbox</th><th>a message that can be read, in one inbox</th></tr>
 * <tr><td>no</td><td>its place in the order of arrival, never given twice</td></tr>
 * <tr><td>once</td><td>64 bits of SHA-256 of what makes it the same message again</td></tr>
 * <tr><td>mesh, box, sender</td><td>numbers in the tables of those names</td></tr>
 * <tr><td>id, client_message_id, broker_message_id, topic, reply_to_id, priority, created_at,
 *   received_at, seen_at</td><td>as {@link InboxRow} and {@link NewIncoming} say</td></tr>
 * <tr><td>body, encrypted, chars, crc</td><td>what it says, whether it came sealed, its length, and
 *   the CRC-32C of both ids, topic, reply_to_id and body</td></tr>
 * <tr><th>aside</th><th>a message that could not be opened: as in inbox, but with nonce, ciphertext
 *   and reason</th></tr>
 * <tr><th>gone</th><th>a deleted message: its once, and when it was deleted</th></tr>
 * <tr><th>mesh</th><th>the meshes of inboxes: number and name</th></tr>
 * <tr><th>box</th><th>the inboxes: number, mesh, key and kind (0 a session's, 1 the member's)</th></tr>
 * <tr><th>sender</th><th>the senders: number, key, member's key and name; the last two may be null</th>
 *   </tr>
 * </table>
 *
 * <p>Who has claimed what is nowhere here: it ends with the process.
 */
final class DaemonSchema {

  /** "cmsd". */
  private static final int APPLICATION_ID = 0x636d_7364;

  /** More senders than this, and those that nothing is left of are dropped at the next opening. */
  private static final int MANY_SENDERS = 10_000;

  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              """
              CREATE TABLE outbox (
                no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, once INTEGER UNIQUE,
                status INTEGER NOT NULL, attempts INTEGER NOT NULL, enqueued_at INTEGER NOT NULL,
                next_attempt_at INTEGER NOT NULL, ended INTEGER, ended_at INTEGER,
                client_message_id TEXT NOT NULL, mesh TEXT NOT NULL, via TEXT NOT NULL,
                target TEXT NOT NULL, priority TEXT NOT NULL, reply_to_id TEXT,
                fingerprint TEXT NOT NULL, delivered_at INTEGER, broker_message_id TEXT,
                last_error TEXT, aborted_at INTEGER, aborted_by TEXT,
                text_chars INTEGER NOT NULL, text_bytes INTEGER NOT NULL, crc INTEGER NOT NULL,
                text TEXT)\
              """,
              "CREATE INDEX outbox_by_status ON outbox (status, no)",
              "CREATE UNIQUE INDEX outbox_ended ON outbox (ended) WHERE ended IS NOT NULL",
              "CREATE TABLE mesh (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
              """
              CREATE TABLE box (
                no INTEGER PRIMARY KEY, mesh INTEGER NOT NULL, key TEXT NOT NULL,
                kind INTEGER NOT NULL, UNIQUE (key, mesh, kind))\
              """,
              """
              CREATE TABLE sender (
                no INTEGER PRIMARY KEY, key TEXT NOT NULL, member_key TEXT, name TEXT)\
              """,
              "CREATE INDEX sender_by_key ON sender (key)",
              "CREATE INDEX sender_by_member ON sender (member_key)",
              "CREATE INDEX sender_by_name ON sender (name)",
              """
              CREATE TABLE inbox (
                no INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
                once INTEGER NOT NULL UNIQUE, mesh INTEGER NOT NULL, box INTEGER NOT NULL,
                sender INTEGER NOT NULL, created_at INTEGER NOT NULL, received_at INTEGER NOT NULL,
                seen_at INTEGER, chars INTEGER NOT NULL, crc INTEGER NOT NULL,
                encrypted INTEGER NOT NULL, client_message_id TEXT, broker_message_id TEXT NOT NULL,
                topic TEXT, reply_to_id TEXT, priority TEXT NOT NULL, body TEXT NOT NULL)\
              """,
              "CREATE INDEX inbox_of_box ON inbox (box, no, received_at, sender)",
              "CREATE INDEX inbox_of_mesh ON inbox (mesh, no, received_at, sender, chars)",
              """
              CREATE INDEX unread_of_box ON inbox (box, no, received_at, sender, seen_at)
                WHERE seen_at IS NULL\
              """,
              """
              CREATE INDEX unread_of_mesh ON inbox (mesh, no, received_at, sender, seen_at)
                WHERE seen_at IS NULL\
              """,
              """
              CREATE TABLE aside (
                no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, once INTEGER NOT NULL UNIQUE,
                mesh INTEGER NOT NULL, box INTEGER NOT NULL, sender INTEGER NOT NULL,
                created_at INTEGER NOT NULL, received_at INTEGER NOT NULL,
                client_message_id TEXT, broker_message_id TEXT NOT NULL, topic TEXT,
                reply_to_id TEXT, priority TEXT NOT NULL, nonce TEXT NOT NULL,
                ciphertext TEXT NOT NULL, reason TEXT NOT NULL)\
              """,
              "CREATE INDEX aside_of_box ON aside (box, no)",
              "CREATE TABLE gone (once INTEGER PRIMARY KEY, deleted_at INTEGER NOT NULL)",
              "CREATE INDEX gone_since ON gone (deleted_at)"));

  /** What {@code daemon.db} is. */
  static final Layout LAYOUT =
      new Layout(
          APPLICATION_ID,
          "messages",
          STEPS,
          // Sessions come and go.
          List.of(
              "DELETE FROM box WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.box = box.no)"
                  + " AND NOT EXISTS (SELECT 1 FROM aside WHERE aside.box = box.no)",
              "DELETE FROM sender WHERE (SELECT count(*) FROM sender) > "
                  + MANY_SENDERS
                  + " AND no NOT IN (SELECT sender FROM inbox UNION SELECT sender FROM aside)"),
          DaemonCheck::damage);

  private DaemonSchema() {}
}
