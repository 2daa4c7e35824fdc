package claudemesh.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a store on disk has in memory of a mailbox that somebody claims from: who holds what, the
 * head of what waits, and what has ended but is not yet written so. Guarded by the store's lock.
 *
 * <pre>
 *   one urgency of the mailbox, oldest first:
 *
 *     held or waiting here │ only on disk          complete: nothing is only on disk
 *   ───────────────────────┼───────────────►
 *                      lastKnown
 * </pre>
 *
 * <p>What is committed while an urgency is complete is taken in at once, so that a mailbox whose
 * receiver keeps up is never read from disk; else it stays on disk until the head has been claimed.
 */
final class MailboxWindow {

  private static final int MOST_WAITING = 1_024;
  private static final int MOST_READ_AT_ONCE = 256;

  final Mailbox<CachedEntry> box;

  /** By row number: ended here, but still queued on disk. */
  final Map<Long, Ending> endings = new HashMap<>();

  /** Whether somebody listens: set by a claim, until nobody holds anything any more. */
  boolean inUse;

  private final Lane[] lanes = {new Lane(), new Lane(), new Lane()};
  private long id;

  private static final class Lane {
    boolean complete;
    long lastKnown;
  }

  MailboxWindow(String name) {
    this.box = new Mailbox<>(name);
  }

  /** The mailbox's number; 0 if it has never had a message. */
  private long id(MailboxReader reader) {
    if (id == 0) {
      id = reader.mailboxId(box.name()).orElse(0);
    }
    return id;
  }

  /** Takes in what was committed, if all before it is here or was; false if it stays on disk. */
  boolean offer(CachedEntry entry) {
    Lane lane = lanes[entry.urgency];
    if (!lane.complete || entry.sequence <= lane.lastKnown) {
      return false;
    }
    if (box.waiting(entry.urgency) >= MOST_WAITING) {
      lane.complete = false;
      return false;
    }
    lane.lastKnown = entry.sequence;
    box.add(entry);
    return true;
  }

  /** The next entry for a claim, or null; reads on if the head is used up. */
  CachedEntry next(Claim claim, MailboxReader reader) {
    for (int urgency = 0; urgency <= claim.leastUrgent(); urgency++) {
      Lane lane = lanes[urgency];
      while (box.waiting(urgency) == 0 && !lane.complete) {
        readOn(urgency, lane, reader);
      }
    }
    return box.next(claim);
  }

  private void readOn(int urgency, Lane lane, MailboxReader reader) {
    long mailboxId = id(reader);
    List<CachedEntry> found =
        mailboxId == 0
            ? List.of()
            : reader.queued(box.name(), mailboxId, urgency, lane.lastKnown, MOST_READ_AT_ONCE);
    for (CachedEntry entry : found) {
      lane.lastKnown = entry.sequence;
      if (!endings.containsKey(entry.sequence)) {
        box.add(entry);
      }
    }
    lane.complete = found.size() < MOST_READ_AT_ONCE;
  }

  /** Forgets what waits, once nobody claims: it is all on disk. */
  List<CachedEntry> putAway() {
    inUse = false;
    for (Lane lane : lanes) {
      lane.complete = false;
      lane.lastKnown = 0;
    }
    return box.dropWaiting();
  }

  boolean isUnused() {
    return !inUse && box.isEmpty() && endings.isEmpty();
  }
}
