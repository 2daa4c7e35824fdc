package claudemesh.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Messages on their way out, safe on disk until a broker has them.
 *
 * <pre>
 *   append ─► pending ── claim ──► inflight ── settle ──► done
 *               ▲  │ ▲                │ │
 *               │  │ └─ retry, release ┘ └── giveUp ──► dead
 *               │  └── drop ──► aborted        expire ──► dead
 *               └──── requeue ──── dead, aborted
 * </pre>
 *
 * <p>A lane is what goes through one connection to one target. Guaranteed: a message whose {@link
 * Enqueued.Stored} was told stays until it is done, dead or aborted, and is then remembered as the
 * limits say. Messages of a lane are claimed in the order appended: while one of them waits for its
 * next attempt, no younger one is claimed; a requeued one goes before all younger ones. The same
 * client message id is kept once in each mesh for as long as the message is remembered.
 *
 * <p>Who has claimed what is kept in memory: in a new process nothing is in flight, and everything
 * pending may be claimed at once. So after a crash a message may be sent again, with the same
 * client message id. Not guaranteed: any order between lanes.
 *
 * <p>What changes a message counts at once for {@link #claim}. The futures complete when the change
 * is on disk, on a thread of the store's, so what depends on them must not block; exceptionally,
 * with an {@link java.io.IOException} for people, if it could not be written. Lists show what is on
 * disk and what is in flight. Safe from any thread.
 */
public interface OutboxStore {

  /**
   * Adds a message, unless there is one of its client message id. Waits while too much is under
   * way, so the caller must hold no lock that an outcome takes.
   *
   * @param message the message
   * @param outcome told exactly once, when the message is on disk or is not to be; on this thread
   *     or one of the store's, for one caller's appends in the order of the calls. It must not
   *     block
   */
  void append(NewOutgoing message, Consumer<Enqueued> outcome);

  /**
   * Takes the oldest messages that may be sent now: of each lane the first, or as many as the
   * limits allow in flight.
   *
   * @param via for this connection
   * @param most at most so many
   * @return the messages, now in flight, oldest first; empty if none may be sent now
   */
  List<OutboxRow> claim(Via via, int most);

  /**
   * How long until {@link #claim} may find something without anything else happening.
   *
   * @param via the connection
   * @return zero if it would now; empty if nothing waits but behind what is in flight
   */
  Optional<Duration> nextClaim(Via via);

  /**
   * Marks a message in flight done.
   *
   * @param id its id
   * @param brokerMessageId the broker's id for it
   * @return false at once if it is not in flight; true once on disk. If that fails it counts as
   *     done all the same in this process, and is written with a later {@link #sweep}
   */
  CompletableFuture<Boolean> settle(String id, String brokerMessageId);

  /**
   * Puts a message in flight back to its place, to be claimed again after a while.
   *
   * @param id its id
   * @param error why, for people
   * @param delay how long its lane waits, from now
   * @return false at once if it is not in flight; true once on disk
   */
  CompletableFuture<Boolean> retry(String id, String error, Duration delay);

  /**
   * Marks a message in flight dead: sending it again would not help.
   *
   * @param id its id
   * @param reason why, for people
   * @return as for {@link #settle}
   */
  CompletableFuture<Boolean> giveUp(String id, String reason);

  /**
   * Puts everything that a connection has in flight back to its place, to be claimed at once: the
   * connection has ended. Counts as no attempt.
   *
   * @param via the connection
   * @return how many messages
   */
  int release(Via via);

  /**
   * Lets everything pending for a connection be claimed at once, whatever it waits for: the
   * connection stands again.
   *
   * @param via the connection
   */
  void hurry(Via via);

  /**
   * Connections for which something is pending or in flight.
   *
   * @return their names
   */
  Set<Via> waiting();

  /**
   * How many messages wait for one connection or are in flight on it. Quick: nothing is read.
   *
   * @param via the connection
   * @return the count
   */
  int waiting(Via via);

  /**
   * Messages as they stand.
   *
   * @param query which
   * @return the newest first
   */
  List<OutboxRow> list(OutboxQuery query);

  /**
   * One message by its id.
   *
   * @param id its id here
   * @return the message; empty if there is none
   */
  Optional<OutboxRow> find(String id);

  /**
   * Messages by their sender's id for them: one in each mesh at most.
   *
   * @param clientMessageId the sender's id
   * @return the messages
   */
  List<OutboxRow> findByClientId(String clientMessageId);

  /**
   * Makes a dead or aborted message pending again, at its old place and with no attempts counted,
   * and one that waits for its next attempt due at once.
   *
   * @param id its id
   * @return the message as it is now, whether that changed anything or not; empty if there is none
   */
  CompletableFuture<Optional<OutboxRow>> requeue(String id);

  /**
   * Makes all dead messages pending again.
   *
   * @param mesh only those of this mesh
   * @return for how many messages of which connection
   */
  CompletableFuture<Map<Via, Integer>> requeueDead(Optional<String> mesh);

  /**
   * Gives up a message that is pending or dead. One in flight stays: it may be with the broker.
   *
   * @param id its id
   * @param by who wants it so
   * @return the message as it is now: aborted, or unchanged if it was in flight or done; empty if
   *     there is none
   */
  CompletableFuture<Optional<OutboxRow>> drop(String id, String by);

  /**
   * How many messages there are.
   *
   * @return the count for every status
   */
  Map<OutboxStatus, Long> counts();

  /**
   * How many messages of one mesh are not done, by what has become of them.
   *
   * @param mesh the mesh
   * @return the count for every status but {@link OutboxStatus#DONE}
   */
  Map<OutboxStatus, Long> unfinished(String mesh);

  /**
   * Gives up what has been pending for too long, forgets what was finished long ago or is too much,
   * and writes what could not be written. To be called every now and then; waits for the disk.
   *
   * @param onDead told of each message that died, on the calling thread once that is on disk
   * @return how many messages died
   */
  int sweep(Consumer<OutboxRow> onDead);
}
