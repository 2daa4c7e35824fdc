package claudemesh.broker;

import claudemesh.protocol.ErrorCode;
import claudemesh.store.MeshFact;
import claudemesh.store.MeshStateStore;
import claudemesh.store.Saved;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One mesh's part of the store, for those who wait until their change is safe. Whoever waits holds
 * no lock; what follows from a change is done on the store's thread, in the order of the changes.
 */
final class MeshFacts {

  private final String meshId;
  private final MeshStateStore store;

  MeshFacts(String meshId, MeshStateStore store) {
    this.meshId = meshId;
    this.store = store;
  }

  List<MeshFact> all(String kind) {
    return store.all(meshId, kind);
  }

  /** Puts a fact; once it is safe, does what follows from it, and returns. */
  void put(String kind, String key, String value, String by, Instant at, Runnable then) {
    await(then, outcome -> store.put(new MeshFact(meshId, kind, key, value, by, at), outcome));
  }

  /** Removes a fact; once that is safe, does what follows from it, and returns. */
  void remove(String kind, String key, Runnable then) {
    await(then, outcome -> store.remove(meshId, kind, key, outcome));
  }

  private static void await(Runnable then, Consumer<Consumer<Saved>> change) {
    CompletableFuture<Saved> told = new CompletableFuture<>();
    change.accept(
        saved -> {
          try {
            if (saved instanceof Saved.Done) {
              then.run();
            }
          } finally {
            told.complete(saved);
          }
        });
    if (told.join() instanceof Saved.Failed failed) {
      throw new RequestRefused(ErrorCode.INTERNAL, "not stored: " + failed.reason());
    }
  }

  /** Puts a fact without waiting. */
  void put(String kind, String key, String value, String by, Instant at, Consumer<Saved> outcome) {
    store.put(new MeshFact(meshId, kind, key, value, by, at), outcome);
  }

  /** Removes a fact without waiting. */
  void remove(String kind, String key, Consumer<Saved> outcome) {
    store.remove(meshId, kind, key, outcome);
  }
}
