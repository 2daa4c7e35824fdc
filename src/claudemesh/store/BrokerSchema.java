package claudemesh.store;

import java.util.List;

/**
 * The tables of the broker's store, and how an older store becomes this one.
 *
 * <table>
 * <caption>Tables and columns</caption>
 * <tr><th>mailbox</th><th>a mailbox that has had a message</th></tr>
 * <tr><td>id, name</td><td>its number here, and its name</td></tr>
 * <tr><th>mail</th><th>a message in a mailbox: one row for each of its mailboxes, one after the
 *   other; a message without mailboxes has one row all the same</th></tr>
 * <tr><td>no</td><td>its place in the order of all appends</td></tr>
 * <tr><td>first</td><td>the number of the message's first row</td></tr>
 * <tr><td>mailbox</td><td>which; null if the message had none</td></tr>
 * <tr><td>urgency</td><td>0 most, 2 least</td></tr>
 * <tr><td>state</td><td>0 queued, 1 delivered, 2 dead, 3 read</td></tr>
 * <tr><td>since, reason</td><td>when it became so (milliseconds since 1970), and why it is dead</td>
 *   </tr>
 * <tr><th>in first rows</th><th>what all rows of a message share; null in the others</th></tr>
 * <tr><td>rows, queued</td><td>how many it has, and how many of them are still queued</td></tr>
 * <tr><td>ended</td><td>its place in the order of messages with none queued; null before</td></tr>
 * <tr><td>message_id</td><td>its id</td></tr>
 * <tr><td>sender, client_message_id</td><td>what makes it the same message again; the second may be
 *   null</td></tr>
 * <tr><td>once</td><td>64 bits of SHA-256 of these two, to know a repetition by; null without the
 *   second</td></tr>
 * <tr><td>target</td><td>whom the sender meant</td></tr>
 * <tr><td>created_at</td><td>milliseconds since 1970</td></tr>
 * <tr><td>chars, crc</td><td>its text's length in UTF-16 units; the CRC-32C of id, sender, its id,
 *   target and text, each in UTF-8 and followed by a zero</td></tr>
 * <tr><td>payload</td><td>its text; null once none is queued</td></tr>
 * <tr><th>fact</th><th>what a mesh knows besides its messages; since version 2</th></tr>
 * <tr><td>no</td><td>its place in the order in which they were first put</td></tr>
 * <tr><td>mesh, kind, key</td><td>which one it is</td></tr>
 * <tr><td>value, set_by, set_at</td><td>the text, whose it is, and since when</td></tr>
 * <tr><th>post</th><th>a text of a log; since version 3</th></tr>
 * <tr><td>no</td><td>its place in the order of all posts</td></tr>
 * <tr><td>log, message_id</td><td>which log, and the id of the message it was</td></tr>
 * <tr><td>urgency, created_at</td><td>as in mail</td></tr>
 * <tr><td>payload, crc</td><td>its text; the CRC-32C of id and text as in mail</td></tr>
 * </table>
 *
 * <p>Who holds a message is nowhere here: holds end with the process that has them.
 */
final class BrokerSchema {

  /** "cmsh". */
  private static final int APPLICATION_ID = 0x636d_7368;

  /** What leads from each version to the next; never changed once released, only added to. */
  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              """
              CREATE TABLE mailbox (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)\
              """,
              """
              CREATE TABLE mail (
                no INTEGER PRIMARY KEY, first INTEGER NOT NULL, mailbox INTEGER,
                urgency INTEGER NOT NULL, state INTEGER NOT NULL, since INTEGER, reason TEXT,
                rows INTEGER, queued INTEGER, ended INTEGER, message_id TEXT, sender TEXT,
                client_message_id TEXT, once INTEGER, target TEXT,
                created_at INTEGER, chars INTEGER, crc INTEGER, payload TEXT)\
              """,
              "CREATE INDEX mail_queued ON mail (mailbox, urgency, no) WHERE state = 0",
              "CREATE INDEX mail_ended ON mail (ended) WHERE ended IS NOT NULL",
              "CREATE INDEX mail_by_id ON mail (message_id) WHERE message_id IS NOT NULL",
              "CREATE UNIQUE INDEX mail_once ON mail (once) WHERE once IS NOT NULL"),
          List.of(
              """
              CREATE TABLE fact (
                no INTEGER PRIMARY KEY, mesh TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
                value TEXT NOT NULL, set_by TEXT NOT NULL, set_at INTEGER NOT NULL,
                UNIQUE (mesh, kind, key))\
              """),
          List.of(
              """
              CREATE TABLE post (
                no INTEGER PRIMARY KEY, log TEXT NOT NULL, message_id TEXT NOT NULL,
                urgency INTEGER NOT NULL, created_at INTEGER NOT NULL, payload TEXT NOT NULL,
                crc INTEGER NOT NULL)\
              """,
              "CREATE INDEX post_of_log ON post (log, no)",
              "CREATE INDEX post_by_age ON post (created_at)"),
          // Kept in memory since: see KnownSends and EndedMessages.
          List.of("DROP INDEX mail_once", "DROP INDEX mail_ended"));

  /** What {@code broker.db} is. */
  static final Layout LAYOUT =
      new Layout(
          APPLICATION_ID,
          "mail",
          STEPS,
          // Names of mailboxes that no message is left of: sessions come and go.
          List.of(
              "DELETE FROM mailbox"
                  + " WHERE id NOT IN (SELECT mailbox FROM mail WHERE mailbox IS NOT NULL)"),
          BrokerCheck::damage);

  private BrokerSchema() {}
}
