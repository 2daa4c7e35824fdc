package claudemesh.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One mailbox in memory: waiting messages in the order appended, one queue an urgency, and those
 * that are held. Guarded by the store's lock.
 *
 * @param <E> what the store knows of a message in a mailbox
 */
final class Mailbox<E extends Entry> {

  private final String name;
  // Sorted, because a released message goes back to its place and not to the end.
  private final List<TreeMap<Long, E>> waiting =
      List.of(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
  private final Map<String, E> held = new LinkedHashMap<>();
  private long heldChars;

  Mailbox(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  int size() {
    int size = held.size();
    for (TreeMap<Long, E> queue : waiting) {
      size += queue.size();
    }
    return size;
  }

  int waiting(int urgency) {
    return waiting.get(urgency).size();
  }

  int held() {
    return held.size();
  }

  /** Drops what waits and hands it over; what is held stays. */
  List<E> dropWaiting() {
    List<E> dropped = new ArrayList<>();
    for (TreeMap<Long, E> queue : waiting) {
      dropped.addAll(queue.values());
      queue.clear();
    }
    return dropped;
  }

  E waitingAt(int urgency, long sequence) {
    return waiting.get(urgency).get(sequence);
  }

  E heldWithId(String messageId) {
    return held.get(messageId);
  }

  boolean isEmpty() {
    return size() == 0;
  }

  void add(E entry) {
    waiting.get(entry.urgency).put(entry.sequence, entry);
  }

  /** The oldest waiting entry of those that are urgent enough, if it fits the window; or null. */
  E next(Claim claim) {
    E oldest = null;
    for (int urgency = 0; urgency <= claim.leastUrgent(); urgency++) {
      Map.Entry<Long, E> head = waiting.get(urgency).firstEntry();
      if (head != null && (oldest == null || head.getKey() < oldest.sequence)) {
        oldest = head.getValue();
      }
    }
    return oldest == null || !fits(oldest, claim) ? null : oldest;
  }

  private boolean fits(E entry, Claim claim) {
    return held.isEmpty()
        || (held.size() < claim.maxHeld() && heldChars + entry.chars <= claim.maxHeldChars());
  }

  void hold(E entry, String owner, long untilNanos) {
    waiting.get(entry.urgency).remove(entry.sequence);
    held.put(entry.messageId, entry);
    heldChars += entry.chars;
    entry.owner = owner;
    entry.heldUntilNanos = untilNanos;
  }

  void letGo(E entry) {
    removeHeld(entry);
    add(entry);
  }

  void remove(E entry) {
    if (entry.owner == null) {
      waiting.get(entry.urgency).remove(entry.sequence);
    } else {
      removeHeld(entry);
    }
  }

  private void removeHeld(E entry) {
    held.remove(entry.messageId);
    heldChars -= entry.chars;
    entry.owner = null;
  }

  List<E> heldBy(String owner) {
    List<E> entries = new ArrayList<>();
    for (E entry : held.values()) {
      if (entry.owner.equals(owner)) {
        entries.add(entry);
      }
    }
    // Held again after a lease means held later, but it is still the older message.
    entries.sort((a, b) -> Long.compare(a.sequence, b.sequence));
    return entries;
  }

  E heldWithClientId(String clientMessageId) {
    // Acks come in the order of the pushes, so this is nearly always the first.
    for (E entry : held.values()) {
      if (clientMessageId.equals(entry.clientMessageId)) {
        return entry;
      }
    }
    return null;
  }
}
