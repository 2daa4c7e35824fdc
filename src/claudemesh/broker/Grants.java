package claudemesh.broker;

import claudemesh.crypto.Keys;
import claudemesh.json.Json;
import claudemesh.store.MeshFact;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the members of one mesh let each other send. Without a word of the recipient's everybody may
 * send it anything, and its own connections always may. A change is in the store before it is
 * answered. Safe from any thread; whoever changes something waits, and holds no lock.
 */
final class Grants {

  /** Who has no entry of its own. */
  static final String OTHERS = "*";

  private static final String KIND = "grant";
  private static final int MOST_ENTRIES = 1_000;

  /** What may be granted. */
  enum Capability {
    /** Messages for the recipient alone. */
    DM("dm"),
    /** Messages for everyone, a group or a topic. */
    BROADCAST("broadcast");

    final String word;

    Capability(String word) {
      this.word = word;
    }
  }

  private static final Set<String> WORDS = Set.of(Capability.DM.word, Capability.BROADCAST.word);

  private final MeshFacts facts;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Map<String, Set<String>>> byRecipient = new HashMap<>();

  Grants(MeshFacts facts) {
    this.facts = facts;
    for (MeshFact fact : facts.all(KIND)) {
      String[] key = fact.key().split("/", 2);
      List<String> words = Json.parseObject(fact.value()).stringList("allow");
      put(key[0], key[1], words);
    }
  }

  private void put(String recipient, String sender, List<String> words) {
    lock.lock();
    try {
      byRecipient
          .computeIfAbsent(recipient, key -> new LinkedHashMap<>())
          .put(sender, new LinkedHashSet<>(words));
    } finally {
      lock.unlock();
    }
  }

  private void drop(String recipient, String sender) {
    lock.lock();
    try {
      Map<String, Set<String>> entries = byRecipient.getOrDefault(recipient, new HashMap<>());
      entries.remove(sender);
      if (entries.isEmpty()) {
        byRecipient.remove(recipient);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether a member lets another one send it something. */
  boolean lets(String recipient, String sender, Capability capability) {
    if (recipient.equals(sender)) {
      return true;
    }
    lock.lock();
    try {
      Map<String, Set<String>> entries = byRecipient.get(recipient);
      if (entries == null) {
        return true;
      }
      Set<String> words = entries.getOrDefault(sender, entries.get(OTHERS));
      return words == null || words.contains(capability.word);
    } finally {
      lock.unlock();
    }
  }

  /** What a member lets others send it. */
  Map<String, List<String>> of(String recipient) {
    lock.lock();
    try {
      Map<String, List<String>> grants = new LinkedHashMap<>();
      byRecipient
          .getOrDefault(recipient, Map.of())
          .forEach((sender, words) -> grants.put(sender, List.copyOf(words)));
      return grants;
    } finally {
      lock.unlock();
    }
  }

  /** Changes entries; one without words is forgotten. All are checked before any is changed. */
  void change(String recipient, Map<String, Optional<List<String>>> changes, Instant now) {
    changes.forEach(Grants::requireFit);
    Set<String> after = new LinkedHashSet<>(of(recipient).keySet());
    after.addAll(changes.keySet());
    RequestRefused.requireRoom("grants", after.size() - 1, MOST_ENTRIES);
    changes.forEach(
        (sender, words) -> {
          String key = recipient + "/" + sender;
          if (words.isEmpty()) {
            facts.remove(KIND, key, () -> drop(recipient, sender));
          } else {
            String value = Json.object().put("allow", Json.strings(words.get())).build().toString();
            facts.put(KIND, key, value, recipient, now, () -> put(recipient, sender, words.get()));
          }
        });
  }

  private static void requireFit(String sender, Optional<List<String>> words) {
    if (!sender.equals(OTHERS) && !Keys.isPublicHex(sender)) {
      throw new RequestRefused(
          RequestRefused.INVALID, "grants: expected member keys or *, found another name");
    }
    if (!WORDS.containsAll(words.orElse(List.of()))) {
      throw new RequestRefused(
          RequestRefused.INVALID, "grants: expected dm and broadcast, found another word");
    }
  }
}
