package claudemesh.daemon;

import claudemesh.client.MeshClient;
import claudemesh.protocol.PeerSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The last peer list of one mesh. Callers who want it at the same time share one request, and when
 * the broker is away the last answer still gives names to keys. Thread-safe.
 */
final class PeerCache {

  private static final Duration UNKNOWN_KEY_PAUSE = Duration.ofSeconds(10);

  private final Supplier<Optional<MeshConnection>> member;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Map<String, String> names = Map.of();
  private volatile PeerList last = PeerList.NONE;
  private long receivedAt; // guarded by lock, like the rest
  private long askedAt;
  private CompletableFuture<PeerList> underWay;

  PeerCache(Supplier<Optional<MeshConnection>> member) {
    this.member = member;
  }

  PeerList last() {
    return last;
  }

  /** The list, at most so old; asks the broker if need be and waits for its answer. */
  PeerList get(Duration maxAge) throws InterruptedException {
    CompletableFuture<PeerList> answer;
    lock.lock();
    try {
      boolean fresh = last.asOf().isPresent() && System.nanoTime() - receivedAt < maxAge.toNanos();
      if (fresh) {
        return last;
      }
      answer = ask();
    } finally {
      lock.unlock();
    }
    try {
      return answer.get(); // settles within the client's request timeout
    } catch (ExecutionException e) {
      return last.withError(words(e));
    }
  }

  /**
   * The display name that goes with a key, as far as known. If it is not, the broker is asked
   * beside, but not for every unknown key anew.
   */
  Optional<String> nameOf(String pubkey) {
    Optional<String> name = Optional.ofNullable(names.get(pubkey));
    if (name.isEmpty()) {
      askSometimes();
    }
    return name;
  }

  private void askSometimes() {
    lock.lock();
    try {
      long now = System.nanoTime();
      if (names.isEmpty() || now - askedAt > UNKNOWN_KEY_PAUSE.toNanos()) {
        askedAt = now;
        ask();
      }
    } finally {
      lock.unlock();
    }
  }

  private CompletableFuture<PeerList> ask() {
    if (underWay == null || underWay.isDone()) {
      MeshClient client = member.get().orElseThrow().client();
      underWay = client.listPeers().thenApply(this::received);
    }
    return underWay;
  }

  private PeerList received(List<PeerSummary> rows) {
    PeerList list = new PeerList(List.copyOf(rows), Optional.of(Instant.now()), Optional.empty());
    lock.lock();
    try {
      receivedAt = System.nanoTime();
      last = list;
      names = namesIn(rows);
    } finally {
      lock.unlock();
    }
    return list;
  }

  private static Map<String, String> namesIn(List<PeerSummary> rows) {
    Map<String, String> found = new HashMap<>();
    for (PeerSummary row : rows) {
      if (!row.displayName().isEmpty()) {
        found.put(row.pubkey(), row.displayName());
      }
    }
    return found;
  }

  private static String words(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && (cause instanceof CompletionException || cause instanceof ExecutionException)) {
      cause = cause.getCause();
    }
    return cause.getMessage();
  }
}
