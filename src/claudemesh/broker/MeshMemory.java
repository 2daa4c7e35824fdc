package claudemesh.broker;

import claudemesh.crypto.Ids;
import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.Memory;
import claudemesh.protocol.ClientMessage.Remember;
import claudemesh.store.MeshFact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The texts a mesh remembers (protocol.md §6). A change is in the store before it is answered. Safe
 * from any thread.
 */
final class MeshMemory {

  private static final String KIND = "memory";
  private static final String CONTENT = "content";
  private static final String TAGS = "tags";
  private static final int MOST_TEXTS = 2_000;
  static final int LONGEST_TEXT = 16_384;
  static final int MOST_TAGS = 32;
  static final int LONGEST_TAG = 128;
  private static final int MOST_RESULTS = 50;

  private final MeshFacts facts;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Memory> texts = new LinkedHashMap<>();
  private int underWay;

  MeshMemory(MeshFacts facts) {
    this.facts = facts;
    facts.all(KIND).forEach(fact -> texts.put(fact.key(), decode(fact)));
  }

  private static Memory decode(MeshFact fact) {
    Json value = Json.parseObject(fact.value());
    return new Memory(
        fact.key(),
        value.string(CONTENT),
        value.stringList(TAGS),
        fact.by(),
        Stamps.iso(fact.at()));
  }

  private static String encode(Memory memory) {
    return Json.object()
        .put(CONTENT, memory.content())
        .put(TAGS, Json.strings(memory.tags()))
        .build()
        .toString();
  }

  /** Stores a text and returns its id. Waits until it is stored; the caller holds no lock. */
  String remember(Remember text, String by, Instant when) {
    RequestRefused.requireLength(CONTENT, text.content().length(), LONGEST_TEXT);
    RequestRefused.requireRoom(TAGS, text.tags().size() - 1, MOST_TAGS);
    text.tags().forEach(tag -> RequestRefused.requireLength("tag", tag.length(), LONGEST_TAG));
    Memory memory = new Memory(Ids.random32(), text.content(), text.tags(), by, Stamps.iso(when));
    reserve();
    try {
      facts.put(KIND, memory.id(), encode(memory), by, when, () -> add(memory));
    } finally {
      release();
    }
    return memory.id();
  }

  private void reserve() {
    lock.lock();
    try {
      RequestRefused.requireRoom(KIND, texts.size() + underWay, MOST_TEXTS);
      underWay++;
    } finally {
      lock.unlock();
    }
  }

  private void release() {
    lock.lock();
    try {
      underWay--;
    } finally {
      lock.unlock();
    }
  }

  private void add(Memory memory) {
    lock.lock();
    try {
      texts.put(memory.id(), memory);
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

  /** Drops a text. Waits until that is stored; the caller holds no lock. */
  void forget(String id) {
    if (knows(id)) {
      facts.remove(KIND, id, () -> drop(id));
    }
  }

  private boolean knows(String id) {
    lock.lock();
    try {
      return texts.containsKey(id);
    } finally {
      lock.unlock();
    }
  }

  private void drop(String id) {
    lock.lock();
    try {
      texts.remove(id);
    } finally {
      lock.unlock();
    }
  }
}
