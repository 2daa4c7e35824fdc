package claudemesh.broker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.Ids;
import claudemesh.json.Json;
import claudemesh.protocol.Invite;
import claudemesh.time.Deadline;
import claudemesh.time.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * A broker on a real port whose clock only tests move, with a mesh of four: alpha owns it, bravo is
 * an admin, charlie and delta are members.
 */
final class BrokerRig implements AutoCloseable {

  static final Ed25519KeyPair ALPHA = key("01");
  static final Ed25519KeyPair BRAVO = key("02");
  static final Ed25519KeyPair CHARLIE = key("03");
  static final Ed25519KeyPair DELTA = key("04");

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  final TestTime time = new TestTime();
  final Path folder;
  final UnaryOperator<BrokerOptions> tuning;
  final String meshId;
  private final AtomicInteger messages = new AtomicInteger();
  Broker broker;

  private BrokerRig(Path folder, UnaryOperator<BrokerOptions> tuning) throws IOException {
    this.folder = folder;
    this.tuning = tuning;
    this.meshId = writeMesh(folder);
    restart();
  }

  // Two writes in place of seven: every test starts with this.
  private String writeMesh(Path data) throws IOException {
    MeshDirectory directory = MeshDirectory.open(data, time);
    Mesh mesh = directory.createMesh("Test Mesh", "alpha", ALPHA.publicHex());
    Path file = data.resolve("meshes").resolve(mesh.id() + ".json");
    Mesh four =
        mesh.with(newMember(BRAVO, "bravo", MemberRole.MEMBER))
            .with(newMember(CHARLIE, "charlie", MemberRole.MEMBER))
            .with(newMember(DELTA, "delta", MemberRole.ADMIN));
    MeshFile.read(file).with(four).write(file);
    return mesh.id();
  }

  private Member newMember(Ed25519KeyPair key, String name, MemberRole role) {
    return new Member(
        Ids.random32(), key.publicHex(), name, role, time.wallTime(), Optional.empty());
  }

  static BrokerRig start(Path folder) throws IOException {
    return new BrokerRig(folder, options -> options);
  }

  static BrokerRig start(Path folder, UnaryOperator<BrokerOptions> tuning) throws IOException {
    return new BrokerRig(folder, tuning);
  }

  static Ed25519KeyPair key(String twoDigits) {
    return Ed25519KeyPair.fromSeedHex(twoDigits.repeat(32));
  }

  void restart() throws IOException {
    if (broker != null) {
      broker.close();
    }
    broker = Broker.start(tuning.apply(BrokerOptions.on(folder, 0).withClock(time, time)));
  }

  JoinResult join(Ed25519KeyPair key, String name, MemberRole role) throws IOException {
    return broker.directory().join(invite(role, 1), key.publicHex(), name);
  }

  Invite invite(MemberRole role, int uses) throws IOException {
    return broker
        .directory()
        .createInvite(meshId, broker.url(), role, uses, time.wallTime().plus(Duration.ofHours(1)));
  }

  Mesh mesh() {
    try {
      return broker.directory().mesh(meshId).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Member member(Ed25519KeyPair key) {
    return mesh().member(key.publicHex()).orElseThrow();
  }

  URI url() {
    return broker.url();
  }

  TestPeer connect() {
    return TestPeer.connect(url());
  }

  Json hello(Ed25519KeyPair key) {
    return hello(key, "daemon-1");
  }

  Json hello(Ed25519KeyPair key, String sessionId) {
    return Hellos.member(mesh(), member(key), key, sessionId, time.wallTime());
  }

  Json sessionHello(Ed25519KeyPair parent, Ed25519KeyPair session) {
    return Hellos.session(mesh(), member(parent), parent, session, time.wallTime());
  }

  /** A member connection on the mesh. */
  TestPeer member(Ed25519KeyPair key, String sessionId) {
    TestPeer peer = connect();
    peer.greet(hello(key, sessionId));
    return peer;
  }

  /** A session connection on the mesh. */
  TestPeer session(Ed25519KeyPair parent, Ed25519KeyPair session) {
    TestPeer peer = connect();
    peer.greet(sessionHello(parent, session));
    return peer;
  }

  /** Closes a connection and waits until the broker has noticed. */
  void leave(TestPeer peer) {
    int before = broker.live();
    peer.close();
    Deadline bound = Deadline.in(Duration.ofSeconds(20));
    while (broker.live() == before) {
      if (bound.passed()) {
        throw new AssertionError("the broker did not notice that a peer left");
      }
      Waiting.step();
    }
  }

  /** Moves time on and lets the broker notice. */
  void pass(Duration duration) {
    time.advance(duration);
    broker.tick();
  }

  /** The page of counts. */
  String metrics() {
    URI page = URI.create("http://127.0.0.1:" + url().getPort() + "/metrics");
    try {
      return HTTP.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  void requireMetric(String line) {
    List<String> lines = metrics().lines().toList();
    assertTrue(lines.contains(line), () -> line + " is not in " + lines);
  }

  void await(String what, BooleanSupplier condition) {
    Deadline bound = Deadline.in(Duration.ofSeconds(50));
    while (!condition.getAsBoolean()) {
      assertFalse(bound.passed(), () -> "never " + what);
      Waiting.step();
    }
  }

  /** A message with an id of its own. */
  Json message(String target, String text) {
    String id = "m-" + messages.incrementAndGet();
    return Json.object()
        .put("type", "send")
        .put("id", id)
        .put("client_message_id", id)
        .put("request_fingerprint", "ab".repeat(32))
        .put("targetSpec", target)
        .put("priority", "now")
        .put("nonce", "bm9uY2U=")
        .put("ciphertext", text)
        .build();
  }

  /** Sends, waits until the broker is done with it, and returns the ack. */
  Json send(TestPeer from, Json message) {
    from.say(message);
    Json ack = from.next(frame -> frame.string("id", "").equals(message.string("id")));
    from.ask(Json.object().put("type", "get_state").put("key", "none").build());
    return ack;
  }

  Json send(TestPeer from, String target, String text) {
    return send(from, message(target, text));
  }

  static Json acknowledge(Json push) {
    return Json.object()
        .put("type", "client_ack")
        .put("clientMessageId", push.string("client_message_id"))
        .put("brokerMessageId", push.string("messageId"))
        .build();
  }

  static Json frame(String type) {
    return Json.object().put("type", type).build();
  }

  static List<String> texts(List<Json> pushes) {
    return pushes.stream().map(push -> push.string("ciphertext")).toList();
  }

  @Override
  public void close() {
    broker.close();
  }
}
