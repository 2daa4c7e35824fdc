package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What every store of a mesh's state promises. */
abstract class MeshStateStoreContract {

  static final Instant AT = Instant.parse("2026-02-03T04:05:06.789Z");

  /** The store, the same at each call. */
  abstract MeshStateStore store();

  private static Saved await(Consumer<Consumer<Saved>> change) {
    CompletableFuture<Saved> told = new CompletableFuture<>();
    change.accept(told::complete);
    return told.orTimeout(30, TimeUnit.SECONDS).join();
  }

  static MeshFact fact(String mesh, String kind, String key, String value) {
    return new MeshFact(mesh, kind, key, value, "by", AT);
  }

  void put(MeshFact fact) {
    assertEquals(new Saved.Done(), await(told -> store().put(fact, told)));
  }

  private void remove(String mesh, String kind, String key) {
    assertEquals(new Saved.Done(), await(told -> store().remove(mesh, kind, key, told)));
  }

  @Test
  void factsAreFoundByMeshKindAndKey() {
    MeshFact wanted = fact("m", "state", "k", "1");
    put(wanted);
    put(fact("other", "state", "k", "2"));
    put(fact("m", "memory", "k", "3"));
    put(fact("m", "state", "other", "4"));
    assertEquals(Optional.of(wanted), store().find("m", "state", "k"));
    assertEquals(Optional.empty(), store().find("m", "state", "none"));
    assertEquals(Optional.empty(), store().find("m", "none", "k"));
  }

  @Test
  void aFactReplacesTheEarlierInItsPlace() {
    put(fact("m", "state", "a", "1"));
    put(fact("m", "state", "b", "2"));
    MeshFact later = new MeshFact("m", "state", "a", "3", "another", AT.plusMillis(1));
    put(later);
    assertEquals(List.of(later, fact("m", "state", "b", "2")), store().all("m", "state"));
  }

  @Test
  void aRemovedFactIsGoneAndMayComeBackAtTheEnd() {
    put(fact("m", "state", "a", "1"));
    put(fact("m", "state", "b", "2"));
    remove("m", "state", "a");
    remove("m", "state", "a");
    assertEquals(Optional.empty(), store().find("m", "state", "a"));
    put(fact("m", "state", "a", "3"));
    assertEquals(List.of("b", "a"), store().all("m", "state").stream().map(MeshFact::key).toList());
  }

  @Test
  void timesAreKeptToTheMillisecond() {
    put(new MeshFact("m", "state", "a", "1", "by", AT.plusNanos(1)));
    assertEquals(AT, store().find("m", "state", "a").orElseThrow().at());
  }

  @Test
  void textsAreBounded() {
    String long1 = "x".repeat(MeshFact.MOST_NAME_CHARS + 1);
    assertThrows(IllegalArgumentException.class, () -> fact("m", "state", long1, "1"));
    String long2 = "x".repeat(MeshFact.MOST_CHARS + 1);
    assertThrows(IllegalArgumentException.class, () -> fact("m", "state", "k", long2));
  }
}
