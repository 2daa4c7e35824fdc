package claudemesh.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Messages that have come in, safe on disk, each exactly once.
 *
 * <pre>
 *   append ─┬─► unread ── markSeen ──► seen          readable: listed and counted
 *           └─► aside ── readable when it comes again ──► unread
 *                                any of them ── delete, clear, sweep ──► remembered ──► forgotten
 * </pre>
 *
 * <p>Guaranteed: a message whose {@link Received.Stored} was told stays until it is deleted or the
 * retention ends. The same message of the same sender is in the same recipient's inbox at most
 * once, for as long as it is there and remembered: its mesh, recipient, the sender's member (or the
 * sender's key, if the broker does not name the member) and client message id (or the broker's id,
 * if there is none) make it the same. The sender is part of that, so that nobody can take the place
 * of a message that has yet to come by using its id first.
 *
 * <p>What could not be opened is kept aside: it is never listed among messages, never counted, and
 * not remembered once deleted. Order is that of arrival, whatever the clock says.
 *
 * <p>Futures complete when the change is on disk, on a thread of the store's, so what depends on
 * them must not block; exceptionally, with an {@link java.io.IOException} for people, if it could
 * not be written. Reads see what was told, perhaps more. Safe from any thread.
 */
public interface InboxStore {

  /**
   * Adds a message, unless it is there. Waits while too much is under way, so the caller must hold
   * no lock that an outcome takes.
   *
   * @param message the message
   * @param outcome told exactly once, when the message is on disk or is not to be; on this thread
   *     or one of the store's, for one caller's appends in the order of the calls. It must not
   *     block
   */
  void append(NewIncoming message, Consumer<Received> outcome);

  /**
   * The newest messages that fit.
   *
   * @param filter which
   * @param limit at most so many
   * @return the newest first
   */
  List<InboxRow> newest(InboxFilter filter, int limit);

  /**
   * The messages that came in behind some place, for whoever follows an inbox.
   *
   * @param filter which
   * @param position the {@link InboxRow#position} behind which to begin; 0 for the first message
   * @param limit at most so many
   * @return the oldest first
   */
  List<InboxRow> after(InboxFilter filter, long position, int limit);

  /**
   * The place of the newest message of all; what comes in from now on is behind it.
   *
   * @return the position; 0 if nothing ever came in
   */
  long lastPosition();

  /**
   * One message that can be read.
   *
   * @param scope in these inboxes
   * @param id its id here
   * @return the message; empty if there is none in them
   */
  Optional<InboxRow> find(InboxScope scope, String id);

  /**
   * How many messages fit.
   *
   * @param filter which
   * @return the count
   */
  long count(InboxFilter filter);

  /**
   * How many messages nobody has marked seen.
   *
   * @return the count for each recipient that has any
   */
  Map<InboxRecipient, Long> unread();

  /**
   * What is kept aside.
   *
   * @param scope in these inboxes
   * @param limit at most so many
   * @return the newest first
   */
  List<InboxRow> unreadable(InboxScope scope, int limit);

  /**
   * Marks messages seen.
   *
   * @param scope in these inboxes
   * @param ids their ids; those that are not there are passed over
   * @return how many of them were unread
   */
  CompletableFuture<Integer> markSeen(InboxScope scope, Collection<String> ids);

  /**
   * Marks all messages seen that fit and are there at the time of the call. Long ones go piece by
   * piece: a crash may leave some unread.
   *
   * @param filter which
   * @return how many of them were unread
   */
  CompletableFuture<Integer> markAllSeen(InboxFilter filter);

  /**
   * Deletes one message, readable or kept aside.
   *
   * @param scope in these inboxes
   * @param id its id here
   * @return whether it was there
   */
  CompletableFuture<Boolean> delete(InboxScope scope, String id);

  /**
   * Deletes all messages that fit and are there at the time of the call; what is kept aside stays.
   * Many go piece by piece: a crash may leave some.
   *
   * @param filter which
   * @return how many there were
   */
  CompletableFuture<Integer> clear(InboxFilter filter);

  /**
   * Deletes what was kept for long enough, and forgets what was deleted long ago. To be called
   * every now and then; waits for the disk.
   *
   * @return how many messages were deleted
   */
  int sweep();
}
