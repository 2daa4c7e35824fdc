package claudemesh.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One mailbox in memory: waiting messages in the order appended, one queue an urgency, and those
 * that are held. Guarded by the store's lock.
 */
final class Mailbox {

  private final String name;
  // Sorted, because a released message goes back to its place and not to the end.
  private final List<TreeMap<Long, Entry>> waiting =
      List.of(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
  private final Map<String, Entry> held = new LinkedHashMap<>();
  private long heldChars;

  Mailbox(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  int size() {
    int size = held.size();
    for (TreeMap<Long, Entry> queue : waiting) {
      size += queue.size();
    }
    return size;
  }

  boolean isEmpty() {
    return size() == 0;
  }

  void add(Entry entry) {
    waiting.get(entry.message.urgency).put(entry.sequence, entry);
  }

  /** The oldest waiting entry of those that are urgent enough, if it fits the window; or null. */
  Entry next(Claim claim) {
    Entry oldest = null;
    for (int urgency = 0; urgency <= claim.leastUrgent(); urgency++) {
      Map.Entry<Long, Entry> head = waiting.get(urgency).firstEntry();
      if (head != null && (oldest == null || head.getKey() < oldest.sequence)) {
        oldest = head.getValue();
      }
    }
    return oldest == null || !fits(oldest, claim) ? null : oldest;
  }

  private boolean fits(Entry entry, Claim claim) {
    return held.isEmpty()
        || (held.size() < claim.maxHeld()
            && heldChars + entry.message.payload.length() <= claim.maxHeldChars());
  }

  void hold(Entry entry, String owner, long untilNanos) {
    waiting.get(entry.message.urgency).remove(entry.sequence);
    held.put(entry.message.messageId, entry);
    heldChars += entry.message.payload.length();
    entry.owner = owner;
    entry.heldUntilNanos = untilNanos;
  }

  void letGo(Entry entry) {
    removeHeld(entry);
    add(entry);
  }

  void remove(Entry entry) {
    if (entry.owner == null) {
      waiting.get(entry.message.urgency).remove(entry.sequence);
    } else {
      removeHeld(entry);
    }
  }

  private void removeHeld(Entry entry) {
    held.remove(entry.message.messageId);
    heldChars -= entry.message.payload.length();
    entry.owner = null;
  }

  List<Entry> heldBy(String owner) {
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : held.values()) {
      if (entry.owner.equals(owner)) {
        entries.add(entry);
      }
    }
    // Held again after a lease means held later, but it is still the older message.
    entries.sort((a, b) -> Long.compare(a.sequence, b.sequence));
    return entries;
  }

  Entry heldWithClientId(String clientMessageId) {
    // Acks come in the order of the pushes, so this is nearly always the first.
    for (Entry entry : held.values()) {
      if (clientMessageId.equals(entry.message.clientMessageId)) {
        return entry;
      }
    }
    return null;
  }
}
