package claudemesh.store;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Messages waiting for their receivers.
 *
 * <pre>
 *   append ─► waiting ── claim ──► held ── settle ──► delivered
 *                ▲                  │
 *                └─ release, lease ─┘        waiting or held ── retention ──► dead
 * </pre>
 *
 * <p>Guaranteed: a message whose {@link Appended.Stored} was told stays until it is settled or
 * dead. Within one mailbox and one urgency messages are claimed in the order appended, a released
 * one before all younger ones. A message is held by one owner at a time. The same sender and client
 * message id are kept once for as long as the message is remembered. What was told as kept is also
 * in its log, if it names one, within the limits of logs.
 *
 * <p>Not guaranteed: any order between mailboxes; that a claimed message is handed on at most once
 * (a lease may end while the receiver works). Whether messages outlive the process is the
 * implementation's to say.
 *
 * <p>Nothing here binds to one process: ids are given by the caller and random, owners are names, a
 * hold ends by itself. Safe from any thread; no method calls back while it holds a lock.
 */
public interface MailboxStore extends AutoCloseable {

  /**
   * Adds a message to its mailboxes, unless its sender did so before. A store on disk takes its
   * time, so the outcome is told, not returned, and one caller may have many appends under way.
   *
   * @param message the message
   * @param outcome told exactly once, once the message is as safe as it gets; on this thread or one
   *     of the store's, and for one caller's appends in the order of the calls. It must not block
   */
  void append(NewMessage message, Consumer<Appended> outcome);

  /**
   * Takes hold of a mailbox's oldest waiting messages, more urgent or not, in the order appended.
   *
   * @param claim which, for whom, how long and how many
   * @return what is newly held, oldest first; empty if nothing waits, the window is full, or the
   *     store has too much to write: then {@link #reclaim} names the mailbox in time
   */
  List<StoredMessage> claim(Claim claim);

  /**
   * What an owner holds of a mailbox, to be handed to one more receiver.
   *
   * @param mailbox the mailbox
   * @param owner the owner
   * @return the held messages, oldest first
   */
  List<StoredMessage> held(String mailbox, String owner);

  /**
   * Marks a message delivered, held or not.
   *
   * @param mailbox the mailbox it came from
   * @param messageId its id
   * @return false if it is not there, or was settled before
   */
  boolean settle(String mailbox, String messageId);

  /**
   * Marks a held message delivered that is known only by its sender's id for it.
   *
   * @param mailbox the mailbox it came from
   * @param clientMessageId the sender's id for it
   * @return false if no message of that id is held
   */
  boolean settleByClientId(String mailbox, String clientMessageId);

  /**
   * Marks a message read that is delivered, or about to be; takes effect soon.
   *
   * @param mailbox the mailbox it came from
   * @param messageId its id
   */
  void markRead(String mailbox, String messageId);

  /**
   * Gives up everything that waits in a mailbox or is held. Waits until that is as safe as it gets.
   *
   * @param mailbox the mailbox
   * @param reason why, for those who ask for the messages' status
   * @return how many messages died in it
   */
  int discard(String mailbox, String reason);

  /**
   * The latest texts of a log, whatever became of their messages.
   *
   * @param log the log, as named by {@link NewMessage#log}
   * @param most how many at most
   * @param before only those older than the message of this id; nothing if the log does not have it
   * @return the texts, oldest first
   */
  List<StoredMessage> history(String log, int most, Optional<String> before);

  /**
   * Forgets all texts of a log; takes effect soon.
   *
   * @param log the log
   */
  void dropLog(String log);

  /**
   * Lets go of everything an owner holds of a mailbox: its last receiver has gone.
   *
   * @param mailbox the mailbox
   * @param owner the owner
   */
  void release(String mailbox, String owner);

  /**
   * Lets go of what is held beyond its lease. To be called every now and then.
   *
   * @return mailboxes where messages now wait again, and those to be claimed from once more
   */
  Set<String> reclaim();

  /**
   * Gives up what has waited longer than the retention, and forgets texts of logs that are older.
   *
   * @return how many messages died
   */
  int expire();

  /**
   * What became of a message.
   *
   * @param messageId its id
   * @return its status; empty if it is not, or no longer, known
   */
  Optional<MessageStatus> status(String messageId);

  /**
   * How many messages are neither settled everywhere nor dead.
   *
   * @return the count
   */
  long waiting();

  /**
   * What keeps the store from its work now, such as a full disk or a damaged file.
   *
   * @return the reason, for people; empty if nothing does
   */
  default Optional<String> trouble() {
    return Optional.empty();
  }

  /** Finishes what is under way and frees everything. Idempotent. */
  @Override
  void close();
}
