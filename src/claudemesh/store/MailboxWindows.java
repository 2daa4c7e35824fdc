package claudemesh.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What a store on disk has in memory: the {@link MailboxWindow} of each mailbox in use, leases, and
 * texts that are at hand. Guarded by the store's lock; reads the head of a mailbox from disk,
 * writes nothing.
 *
 * <pre>
 *   committed ── offer ─► waiting ── claim ─► held ── take… ─► ending ── written ─► gone
 *                            ▲                  │
 *                            └── release, overdue
 * </pre>
 */
final class MailboxWindows {

  private static final long MOST_CHARS_AT_HAND = 16L << 20;

  private final MailboxReader reader;
  private final Map<String, MailboxWindow> windows = new HashMap<>();
  private final TreeSet<CachedEntry> leases =
      new TreeSet<>(
          Comparator.<CachedEntry>comparingLong(entry -> entry.heldUntilNanos)
              .thenComparingLong(entry -> entry.sequence));
  // By message id: held, or ended and not yet written so, in one mailbox and waiting in no other.
  private final Map<String, CachedEntry> alone = new HashMap<>();
  private long charsAtHand;

  MailboxWindows(MailboxReader reader) {
    this.reader = reader;
  }

  /** Takes in what was committed, if anybody is there for it, with its text if there is room. */
  void offer(CachedEntry entry, String payload) {
    MailboxWindow window = windows.get(entry.mailbox);
    if (window != null && window.offer(entry) && charsAtHand + entry.chars <= MOST_CHARS_AT_HAND) {
      entry.payload = payload;
      charsAtHand += entry.chars;
    }
  }

  // ── held or not ──────────────────────────────────────────────────────────────────────────────

  /**
   * What the claim gets, in order; held from now on.
   *
   * @param until when the lease ends, {@code nanoTime}
   * @param unreadable told of each message whose text cannot be read; nobody has that one any more
   */
  List<StoredMessage> claim(Claim claim, long until, Consumer<CachedEntry> unreadable) {
    MailboxWindow window = windows.computeIfAbsent(claim.mailbox(), MailboxWindow::new);
    window.inUse = true;
    List<StoredMessage> claimed = new ArrayList<>();
    for (CachedEntry entry = window.next(claim, reader);
        entry != null;
        entry = window.next(claim, reader)) {
      Optional<String> payload = payload(entry);
      if (payload.isPresent()) {
        hold(window, entry, claim.owner(), until);
        claimed.add(new StoredMessage(entry.messageId, entry.urgency, payload.get()));
      } else {
        window.box.remove(entry);
        unreadable.accept(entry);
      }
    }
    return claimed;
  }

  private Optional<String> payload(CachedEntry entry) {
    return entry.payload != null ? Optional.of(entry.payload) : reader.payload(entry.first);
  }

  private void hold(MailboxWindow window, CachedEntry entry, String owner, long until) {
    notAtHand(entry); // from here on it is the receiver's
    window.box.hold(entry, owner, until);
    leases.add(entry);
    if (entry.alone) {
      alone.put(entry.messageId, entry);
    }
  }

  private void notAtHand(CachedEntry entry) {
    if (entry.payload != null) {
      entry.payload = null;
      charsAtHand -= entry.chars;
    }
  }

  /** What an owner holds, with its text, in order. */
  List<StoredMessage> held(String mailbox, String owner) {
    MailboxWindow window = windows.get(mailbox);
    List<StoredMessage> held = new ArrayList<>();
    if (window != null) {
      for (CachedEntry entry : window.box.heldBy(owner)) {
        payload(entry)
            .ifPresent(text -> held.add(new StoredMessage(entry.messageId, entry.urgency, text)));
      }
    }
    return held;
  }

  /** What an owner held waits again; where nobody holds anything, memory is given back. */
  void release(String mailbox, String owner) {
    MailboxWindow window = windows.get(mailbox);
    if (window == null) {
      return;
    }
    window.box.heldBy(owner).forEach(entry -> letGo(window, entry));
    if (window.box.held() == 0) {
      window.putAway().forEach(this::notAtHand);
    }
    dropIfUnused(window);
  }

  /** Whatever was held for too long waits again; its mailboxes are added to those freed. */
  void overdue(long now, Set<String> freed) {
    while (!leases.isEmpty() && leases.first().heldUntilNanos - now <= 0) {
      CachedEntry entry = leases.first();
      letGo(windows.get(entry.mailbox), entry);
      freed.add(entry.mailbox);
    }
  }

  private void letGo(MailboxWindow window, CachedEntry entry) {
    leases.remove(entry);
    alone.remove(entry.messageId, entry);
    window.box.letGo(entry);
  }

  private void dropIfUnused(MailboxWindow window) {
    if (window.isUnused()) {
      windows.remove(window.box.name());
    }
  }

  // ── the end of a message ─────────────────────────────────────────────────────────────────────

  /** Whether it is known to be held, or to have ended, in another mailbox alone. */
  boolean isElsewhere(String mailbox, String messageId) {
    CachedEntry entry = alone.get(messageId);
    return entry != null && !entry.mailbox.equals(mailbox);
  }

  /** Takes the message out if somebody holds it. {@link #ends} must follow. */
  Optional<CachedEntry> takeHeld(String mailbox, String messageId) {
    MailboxWindow window = windows.get(mailbox);
    return window == null ? Optional.empty() : take(window, window.box.heldWithId(messageId));
  }

  /** Takes the message out if somebody holds it. {@link #ends} must follow. */
  Optional<CachedEntry> takeHeldByClientId(String mailbox, String clientMessageId) {
    MailboxWindow window = windows.get(mailbox);
    return window == null
        ? Optional.empty()
        : take(window, window.box.heldWithClientId(clientMessageId));
  }

  private Optional<CachedEntry> take(MailboxWindow window, CachedEntry held) {
    if (held != null) {
      leases.remove(held);
      window.box.remove(held);
    }
    return Optional.ofNullable(held);
  }

  /** Takes the message out if it waits, here or on disk. {@link #ends} must follow. */
  Optional<CachedEntry> takeWaiting(String mailbox, String messageId) {
    Optional<CachedEntry> found = reader.queued(mailbox, messageId);
    if (found.isEmpty() || ending(mailbox, found.get().sequence).isPresent()) {
      return Optional.empty();
    }
    MailboxWindow window = windows.get(mailbox);
    CachedEntry waiting =
        window == null ? null : window.box.waitingAt(found.get().urgency, found.get().sequence);
    if (waiting != null) {
      notAtHand(waiting);
      window.box.remove(waiting);
    }
    return found;
  }

  /** From now on the message has ended, though it is still queued on disk. */
  void ends(Ending ending) {
    CachedEntry entry = ending.entry();
    windows.computeIfAbsent(entry.mailbox, MailboxWindow::new).endings.put(entry.sequence, ending);
  }

  /** The ending is on disk. */
  void written(Ending ending) {
    CachedEntry entry = ending.entry();
    alone.remove(entry.messageId, entry);
    MailboxWindow window = windows.get(entry.mailbox);
    window.endings.remove(entry.sequence);
    dropIfUnused(window);
  }

  /** How a message that is still queued on disk has ended, by its row number. */
  Optional<Ending> ending(String mailbox, long no) {
    MailboxWindow window = windows.get(mailbox);
    return window == null ? Optional.empty() : Optional.ofNullable(window.endings.get(no));
  }

  /** Forgets a message that was given up on disk. */
  void drop(CachedEntry dead) {
    MailboxWindow window = windows.get(dead.mailbox);
    if (window == null) {
      return;
    }
    CachedEntry held = window.box.heldWithId(dead.messageId);
    CachedEntry entry = held != null ? held : window.box.waitingAt(dead.urgency, dead.sequence);
    if (entry != null) {
      leases.remove(entry);
      alone.remove(entry.messageId, entry);
      notAtHand(entry);
      window.box.remove(entry);
      dropIfUnused(window);
    }
  }
}
