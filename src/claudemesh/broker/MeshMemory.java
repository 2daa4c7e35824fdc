package claudemesh.broker;

import claudemesh.crypto.Ids;
import claudemesh.protocol.BrokerMessage.Memory;
import claudemesh.protocol.ClientMessage.Remember;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The texts a mesh remembers (protocol.md §6), in memory. Safe from any thread. */
final class MeshMemory {

  private static final int MOST_TEXTS = 2_000;
  private static final int LONGEST_TEXT = 16_384;
  private static final int MOST_TAGS = 32;
  private static final int LONGEST_TAG = 128;
  private static final int MOST_RESULTS = 50;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Memory> texts = new LinkedHashMap<>();

  /** Stores a text and returns its id. */
  String remember(Remember text, String by, Instant when) {
    RequestRefused.requireLength("content", text.content().length(), LONGEST_TEXT);
    RequestRefused.requireRoom("tags", text.tags().size() - 1, MOST_TAGS);
    text.tags().forEach(tag -> RequestRefused.requireLength("tag", tag.length(), LONGEST_TAG));
    Memory memory = new Memory(Ids.random32(), text.content(), text.tags(), by, Stamps.iso(when));
    lock.lock();
    try {
      RequestRefused.requireRoom("memory", texts.size(), MOST_TEXTS);
      texts.put(memory.id(), memory);
      return memory.id();
    } finally {
      lock.unlock();
    }
  }

  /** Texts that have every word of a query in content or tags, in any case; the oldest first. */
  List<Memory> recall(String query) {
    List<String> words = List.of(query.toLowerCase(Locale.ROOT).strip().split("\\s+"));
    return all().stream().filter(memory -> holdsAll(memory, words)).limit(MOST_RESULTS).toList();
  }

  private static boolean holdsAll(Memory memory, List<String> words) {
    String text =
        (memory.content() + "\n" + String.join("\n", memory.tags())).toLowerCase(Locale.ROOT);
    return words.stream().allMatch(text::contains);
  }

  private List<Memory> all() {
    lock.lock();
    try {
      return new ArrayList<>(texts.values());
    } finally {
      lock.unlock();
    }
  }

  void forget(String id) {
    lock.lock();
    try {
      texts.remove(id);
    } finally {
      lock.unlock();
    }
  }
}
