package claudemesh.store;

import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** What meshes know, in this process's memory: lost when it ends. Outcomes are told at once. */
public final class MemoryMeshStateStore implements MeshStateStore {

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Kind, Map<String, MeshFact>> kinds = new LinkedHashMap<>();

  private record Kind(String mesh, String kind) {}

  /** An empty store. */
  public MemoryMeshStateStore() {}

  @Override
  public List<MeshFact> all(String mesh, String kind) {
    lock.lock();
    try {
      return List.copyOf(kinds.getOrDefault(new Kind(mesh, kind), Map.of()).values());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<MeshFact> find(String mesh, String kind, String key) {
    lock.lock();
    try {
      return Optional.ofNullable(kinds.getOrDefault(new Kind(mesh, kind), Map.of()).get(key));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void put(MeshFact fact, Consumer<Saved> outcome) {
    MeshFact kept =
        new MeshFact(
            fact.mesh(),
            fact.kind(),
            fact.key(),
            fact.value(),
            fact.by(),
            fact.at().truncatedTo(ChronoUnit.MILLIS));
    lock.lock();
    try {
      kinds
          .computeIfAbsent(new Kind(fact.mesh(), fact.kind()), key -> new LinkedHashMap<>())
          .put(fact.key(), kept);
    } finally {
      lock.unlock();
    }
    outcome.accept(new Saved.Done());
  }

  @Override
  public void remove(String mesh, String kind, String key, Consumer<Saved> outcome) {
    lock.lock();
    try {
      kinds.computeIfPresent(
          new Kind(mesh, kind),
          (found, facts) -> {
            facts.remove(key);
            return facts.isEmpty() ? null : facts;
          });
    } finally {
      lock.unlock();
    }
    outcome.accept(new Saved.Done());
  }
}
