package claudemesh.broker;

import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.StateChange;
import claudemesh.protocol.BrokerMessage.StateEntry;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The values a mesh shares (protocol.md §6), in memory. Safe from any thread; changes are announced
 * in the order made.
 */
final class MeshState {

  private static final int MOST_ENTRIES = 1_000;
  private static final int LONGEST_KEY = 256;
  private static final int LONGEST_VALUE = 65_536;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, StateEntry> entries = new LinkedHashMap<>();

  /** Sets a value, or clears it with null, and announces that if it changed anything. */
  void set(String key, Json value, String by, Instant when, Consumer<StateChange> announce) {
    RequestRefused.requireLength("key", key.length(), LONGEST_KEY);
    RequestRefused.requireLength("value", value.toString().length(), LONGEST_VALUE);
    Optional<Json> present = Optional.of(value).filter(json -> !json.isNull());
    lock.lock();
    try {
      if (present.isEmpty()) {
        if (entries.remove(key) == null) {
          return;
        }
      } else {
        put(new StateEntry(key, present, by, Stamps.iso(when)));
      }
      announce.accept(new StateChange(key, present, by));
    } finally {
      lock.unlock();
    }
  }

  private void put(StateEntry entry) {
    if (!entries.containsKey(entry.key())) {
      RequestRefused.requireRoom("state", entries.size(), MOST_ENTRIES);
    }
    entries.put(entry.key(), entry);
  }

  /** The value of a key; an entry without value if there is none. */
  StateEntry get(String key) {
    lock.lock();
    try {
      return entries.getOrDefault(key, new StateEntry(key, Optional.empty(), "", ""));
    } finally {
      lock.unlock();
    }
  }

  List<StateEntry> all() {
    lock.lock();
    try {
      return List.copyOf(entries.values());
    } finally {
      lock.unlock();
    }
  }
}
