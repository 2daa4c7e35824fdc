package claudemesh.broker;

import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.StateChange;
import claudemesh.protocol.BrokerMessage.StateEntry;
import claudemesh.store.MeshFact;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The values a mesh shares (protocol.md §6). A change is in the store before anybody hears of it;
 * changes are announced in the order made. Safe from any thread.
 */
final class MeshState {

  private static final String KIND = "state";
  private static final int MOST_ENTRIES = 1_000;
  static final int LONGEST_KEY = 256;
  static final int LONGEST_VALUE = 65_536;

  private final MeshFacts facts;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, StateEntry> entries = new LinkedHashMap<>();
  private int underWay;

  MeshState(MeshFacts facts) {
    this.facts = facts;
    for (MeshFact fact : facts.all(KIND)) {
      entries.put(
          fact.key(),
          new StateEntry(
              fact.key(), Optional.of(Json.parse(fact.value())), fact.by(), Stamps.iso(fact.at())));
    }
  }

  /**
   * Sets a value, or clears it with null, and announces that if it changed anything. Waits until it
   * is stored; the caller holds no lock.
   */
  void set(String key, Json value, String by, Instant when, Consumer<StateChange> announce) {
    RequestRefused.requireLength("key", key.length(), LONGEST_KEY);
    RequestRefused.requireLength("value", value.toString().length(), LONGEST_VALUE);
    if (value.isNull()) {
      facts.remove(KIND, key, () -> cleared(key, by, announce));
      return;
    }
    reserve(key);
    try {
      StateEntry entry = new StateEntry(key, Optional.of(value), by, Stamps.iso(when));
      facts.put(KIND, key, value.toString(), by, when, () -> changed(entry, announce));
    } finally {
      release();
    }
  }

  private void reserve(String key) {
    lock.lock();
    try {
      if (!entries.containsKey(key)) {
        RequestRefused.requireRoom("state", entries.size() + underWay, MOST_ENTRIES);
      }
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

  private void changed(StateEntry entry, Consumer<StateChange> announce) {
    lock.lock();
    try {
      entries.put(entry.key(), entry);
      announce.accept(new StateChange(entry.key(), entry.value(), entry.updatedBy()));
    } finally {
      lock.unlock();
    }
  }

  private void cleared(String key, String by, Consumer<StateChange> announce) {
    lock.lock();
    try {
      if (entries.remove(key) != null) {
        announce.accept(new StateChange(key, Optional.empty(), by));
      }
    } finally {
      lock.unlock();
    }
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
