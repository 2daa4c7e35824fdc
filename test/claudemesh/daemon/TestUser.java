package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.RequestFingerprint;
import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import claudemesh.store.InboxFilter;
import claudemesh.store.InboxRow;
import claudemesh.store.InboxScope;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** One person of a test: a home with a config, and a daemon on it. */
final class TestUser implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  final String name;
  final ConfigFolder config;
  final DaemonFolder folder;
  private UnaryOperator<DaemonOptions> tuning = options -> options;
  private Daemon daemon;

  TestUser(Path home, String name) {
    this.name = name;
    this.config = new ConfigFolder(home.resolve(name));
    this.folder = DaemonFolder.in(config);
  }

  TestUser with(UnaryOperator<DaemonOptions> further) {
    tuning = further;
    return this;
  }

  Daemon start() throws IOException {
    daemon = Daemon.start(tuning.apply(DaemonOptions.of(config, folder)));
    return daemon;
  }

  Daemon daemon() {
    return daemon;
  }

  void stop() throws IOException {
    daemon.close();
  }

  AttachedMesh mesh(TestMesh mesh) {
    return daemon.meshes().find(mesh.id()).orElseThrow();
  }

  String memberKey(TestMesh mesh) {
    return mesh(mesh).memberKey().orElseThrow();
  }

  /** Registers a session that lives as long as this process, and waits until it is open. */
  Ed25519KeyPair session(TestMesh mesh, String sessionName) throws IOException {
    Ed25519KeyPair keys = Ed25519KeyPair.generate();
    session(mesh, sessionName, keys);
    return keys;
  }

  void session(TestMesh mesh, String sessionName, Ed25519KeyPair keys) throws IOException {
    daemon.sessions().register(registered(mesh.slug, sessionName, keys));
    await(
        sessionName + " is open",
        () -> mesh(mesh).session(keys.publicHex()).orElseThrow().status().isOpen());
  }

  static RegisteredSession registered(String slug, String sessionName, Ed25519KeyPair keys) {
    long pid = ProcessHandle.current().pid();
    return new RegisteredSession(
        Ed25519KeyPair.generate().publicHex(),
        "id-" + sessionName,
        slug,
        sessionName,
        pid,
        ProcessStart.of(pid),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.of(keys),
        Optional.empty(),
        Instant.now());
  }

  void awaitOpen(TestMesh mesh) {
    await(name + " is on " + mesh.slug, () -> mesh(mesh).status().isOpen());
  }

  /** Waits until something holds, looking again whenever something happens in the daemon. */
  void await(String what, BooleanSupplier condition) {
    Events.Follower follower = daemon.parts().events().follow(OptionalLong.empty(), e -> true);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!condition.getAsBoolean()) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError(
              "in " + PATIENCE.toSeconds() + " s it never was so that " + what);
        }
        follower.next(LOOK_AGAIN);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A message from the member. */
  SendRequest message(TestMesh mesh, String target, String text) {
    return message(mesh, Optional.empty(), target, UUID.randomUUID().toString(), text);
  }

  /** A message from a session. */
  SendRequest message(TestMesh mesh, Ed25519KeyPair via, String target, String text) {
    Optional<String> session = Optional.of(via.publicHex());
    return message(mesh, session, target, UUID.randomUUID().toString(), text);
  }

  static SendRequest message(
      TestMesh mesh, Optional<String> via, String target, String id, String text) {
    return message(mesh.id(), via, target, id, text);
  }

  static SendRequest message(
      String meshId, Optional<String> via, String target, String id, String text) {
    Target parsed = Target.parse(target);
    String kind = parsed.isBoxed() ? "dm" : "topic";
    String fingerprint = RequestFingerprint.of(kind, target, Priority.NEXT.word(), null, text);
    return new SendRequest(
        meshId, via, parsed, text, Priority.NEXT, Optional.empty(), id, fingerprint);
  }

  Accepted accept(SendRequest request) {
    return result(daemon.sends().accept(request));
  }

  /** Sends, and must be taken. */
  String send(SendRequest request) {
    Accepted accepted = accept(request);
    if (!(accepted instanceof Accepted.Queued queued)) {
      throw new AssertionError("not taken: " + accepted);
    }
    return queued.clientMessageId();
  }

  static <T> T result(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** The inbox of one key, oldest first. */
  List<InboxRow> inbox(TestMesh mesh, String key) {
    InboxScope scope = InboxScope.of(mesh.id(), Set.of(key));
    return daemon.parts().inbox().after(InboxFilter.of(scope), 0, Integer.MAX_VALUE);
  }

  /** The texts in the inbox of one key, oldest first. */
  List<String> texts(TestMesh mesh, String key) {
    return inbox(mesh, key).stream().map(row -> SentMail.text(row.message())).toList();
  }

  void awaitTexts(TestMesh mesh, String key, List<String> expected) {
    await(name + " has " + expected, () -> texts(mesh, key).size() >= expected.size());
    assertEquals(expected, texts(mesh, key));
  }

  @Override
  public void close() throws IOException {
    if (daemon != null) {
      daemon.close();
    }
  }
}
