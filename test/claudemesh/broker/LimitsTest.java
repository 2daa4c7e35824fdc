package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.CHARLIE;
import static claudemesh.broker.BrokerRig.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.store.MailboxLimits;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each limit is hit once, is answered, and is counted. */
class LimitsTest {

  private static final Ed25519KeyPair SESSION = BrokerRig.key("11");

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path folder;
  private BrokerRig rig;

  @AfterEach
  void stop() {
    rig.close();
  }

  private void start(UnaryOperator<BrokerOptions> tuning) throws IOException {
    rig = BrokerRig.start(folder, tuning);
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + rig.url().getPort() + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private void rejected(String reason) throws Exception {
    String line = "broker_connections_rejected_total{reason=\"" + reason + "\"} 1";
    List<String> lines = get("/metrics").body().lines().toList();
    assertTrue(lines.contains(line), () -> line + " is not in " + lines);
  }

  /** One that the broker has seen. */
  private TestPeer stranger() {
    TestPeer peer = rig.connect().say("who am I");
    peer.next("error");
    return peer;
  }

  @Test
  void soManyStrangersOfAnAddressAndNoMore() throws Exception {
    start(options -> options.withMaxStrangersPerAddress(2));
    TestPeer first = stranger();
    stranger();
    try (Socket third = new Socket("127.0.0.1", rig.url().getPort())) {
      third.setSoTimeout(60_000);
      assertThrows(SocketException.class, () -> third.getInputStream().read()); // reset
    }
    first.greet(rig.hello(ALPHA)); // is no stranger any more
    rig.connect().greet(rig.hello(BRAVO));
    rejected("capacity_address");
  }

  @Test
  void soManyConnectionsOfAMemberAndNoMore() throws Exception {
    start(options -> options.withMaxSocketsPerMember(2));
    rig.member(ALPHA, "one");
    TestPeer two = rig.member(ALPHA, "two");
    TestPeer three = rig.connect().say(rig.hello(ALPHA, "three"));
    three.expectRefusal("capacity", "1008 capacity");
    rejected("capacity_member");
    rig.member(ALPHA, "two"); // takes its own place
    assertEquals("1000 session_replaced", two.ending());
    rig.member(BRAVO, "one");
  }

  @Test
  void soManyConnectionsOfAMeshAndNoMore() throws Exception {
    start(options -> options.withMaxSocketsPerMesh(1));
    rig.member(ALPHA, "one");
    rig.connect().say(rig.hello(BRAVO)).expectRefusal("capacity", "1008 capacity");
    rejected("capacity");
  }

  @Test
  void kickedReplacedAndBannedConnectionsFreeTheirSlots() throws Exception {
    start(options -> options.withMaxSocketsPerMesh(2));
    TestPeer owner = rig.member(ALPHA, "a");
    TestPeer session = rig.session(CHARLIE, SESSION);
    refusedAsFull();
    owner.ask(frame("kick").toBuilder().put("target", SESSION.publicHex()).build());
    assertEquals("4001 kicked", session.ending());
    TestPeer bravo = rig.member(BRAVO, "b");
    refusedAsFull();
    TestPeer newer = rig.member(BRAVO, "b");
    assertEquals("1000 session_replaced", bravo.ending());
    refusedAsFull();
    owner.ask(frame("ban").toBuilder().put("target", "bravo").build());
    assertEquals("4002 banned", newer.ending());
    rig.member(CHARLIE, "c");
    refusedAsFull();
  }

  private void refusedAsFull() {
    rig.connect().say(rig.hello(BrokerRig.DELTA)).expectRefusal("capacity", "1008 capacity");
  }

  @Test
  void aStrangersLongFrameIsNotRead() throws Exception {
    start(options -> options);
    TestPeer stranger = rig.connect().say(" ".repeat(5_000));
    assertTrue(stranger.ending().startsWith("1009 "), stranger.ending());
    rig.member(ALPHA, "a"); // afterwards nothing of the other is under way
    rejected("too_much_before_hello");
  }

  @Test
  void aStrangersManyFramesAreTooMuchTogether() throws Exception {
    start(options -> options);
    TestPeer stranger = rig.connect();
    for (int i = 0; i < 5; i++) {
      stranger.say(" ".repeat(1_000));
    }
    for (int i = 0; i < 4; i++) {
      assertEquals("no_hello", stranger.next("error").string("code"));
    }
    stranger.expectRefusal("malformed", "1008 malformed");
    rejected("too_much_before_hello");
  }

  @Test
  void whoHasSaidHelloMaySayMore() throws Exception {
    start(options -> options);
    TestPeer alpha = rig.member(ALPHA, "a");
    Json ack = rig.send(alpha, BRAVO.publicHex(), "x".repeat(60_000));
    assertTrue(ack.bool("queued", false), ack.toString());
  }

  @Test
  void aSilentStrangerIsCounted() throws Exception {
    start(options -> options);
    TestPeer stranger = stranger();
    rig.pass(Duration.ofSeconds(11));
    stranger.expectRefusal("hello_timeout", "1008 hello_timeout");
    rejected("hello_timeout");
  }

  private static final String UPGRADE =
      "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

  private static String ask(Socket socket, String request, int bytes) throws IOException {
    socket.setSoTimeout(60_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    byte[] answer = socket.getInputStream().readNBytes(bytes);
    return new String(answer, StandardCharsets.US_ASCII);
  }

  private static void readUntil(Socket socket, String word) throws IOException {
    StringBuilder heard = new StringBuilder();
    while (heard.indexOf(word) < 0) {
      int unit = socket.getInputStream().read();
      assertTrue(unit >= 0, () -> word + " never came, but " + heard);
      heard.append((char) unit);
    }
  }

  private void passSeconds(int seconds) {
    for (int i = 0; i < seconds; i++) {
      rig.pass(Duration.ofSeconds(1));
    }
  }

  @Test
  void theTimeToSayHelloIsOneFromTheAcceptOn() throws Exception {
    start(options -> options);
    try (Socket socket = new Socket("127.0.0.1", rig.url().getPort())) {
      rig.await("accepted", () -> rig.broker.sockets() == 1);
      passSeconds(9);
      assertEquals("HTTP/1.1 101", ask(socket, UPGRADE, 12));
      rig.await("waiting for its hello", () -> rig.metrics().contains("\nbroker_strangers 1\n"));
      passSeconds(1);
      readUntil(socket, "hello_timeout");
    }
    rejected("hello_timeout");
  }

  @Test
  void aRequestOnAConnectionKeptAliveHasTheWholeTime() throws Exception {
    start(options -> options);
    try (Socket socket = new Socket("127.0.0.1", rig.url().getPort())) {
      String health = "HEAD /health HTTP/1.1\r\nHost: h\r\n\r\n";
      // In two steps, since the first answer is here before its ten seconds to be written are over.
      for (int i = 0; i < 2; i++) {
        assertTrue(ask(socket, health, 12).endsWith(" 200"));
        readUntil(socket, "\r\n\r\n");
        passSeconds(6);
      }
      assertEquals("HTTP/1.1 101", ask(socket, UPGRADE, 12));
      rig.await("waiting for its hello", () -> rig.metrics().contains("\nbroker_strangers 1\n"));
      passSeconds(9);
      assertTrue(rig.metrics().contains("\nbroker_strangers 1\n"));
      passSeconds(1);
      assertTrue(rig.metrics().contains("\nbroker_strangers 0\n"));
    }
  }

  private SocketLimits small(int sockets, int body, int buffer) {
    return new SocketLimits(sockets, 1_000, body, 1_000, buffer, Duration.ofSeconds(10));
  }

  @Test
  void soManyConnectionsOfTheBrokerAndNoMore() throws Exception {
    start(options -> options.withSocketLimits(small(2, 100, 1_000_000)));
    rig.member(ALPHA, "a");
    TestPeer second = stranger();
    try (Socket third = new Socket("127.0.0.1", rig.url().getPort())) {
      third.setSoTimeout(60_000);
      assertThrows(SocketException.class, () -> third.getInputStream().read());
    }
    second.say(" ".repeat(2_000)).ending(); // over its limit too, and makes room
    awaitRejected("capacity_broker");
  }

  // The connection that asks may come before the one that leaves has gone, and is turned away too.
  private void awaitRejected(String reason) throws Exception {
    String line = "broker_connections_rejected_total{reason=\"" + reason + "\"} ";
    Deadline bound = Deadline.in(Duration.ofSeconds(60));
    while (true) {
      try {
        String page = get("/metrics").body();
        assertTrue(page.contains(line), page);
        return;
      } catch (IOException e) {
        assertFalse(bound.passed(), "no room came");
      }
    }
  }

  @Test
  void longHeadsAndBodiesAreNotRead() throws Exception {
    start(options -> options.withSocketLimits(small(100, 100, 1_000_000)));
    assertEquals(431, get("/health", "X-Long", "x".repeat(1_100)).statusCode());
    rejected("head_too_long");
    HttpRequest long100 =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rig.url().getPort() + "/join"))
            .POST(HttpRequest.BodyPublishers.ofString("x".repeat(200)))
            .build();
    assertEquals(413, HTTP.send(long100, HttpResponse.BodyHandlers.ofString()).statusCode());
    rejected("body_too_long");
  }

  @Test
  void binaryFramesBeforeTheHelloAreCountedToo() throws Exception {
    start(options -> options);
    TestPeer stranger = rig.connect();
    for (int i = 0; i < 5; i++) {
      stranger.sayBinary(new byte[1_000]);
    }
    assertEquals("1008 malformed", stranger.ending());
    rejected("too_much_before_hello");
  }

  @Test
  void aFullMailboxRefuses() throws Exception {
    MailboxLimits one = new MailboxLimits(1, 10, 1_000_000, Duration.ofDays(1), 10);
    start(options -> options.withMailboxLimits(one));
    TestPeer alpha = rig.member(ALPHA, "a");
    rig.send(alpha, CHARLIE.publicHex(), "1");
    Json ack = rig.send(alpha, CHARLIE.publicHex(), "2");
    assertTrue(ack.string("error").startsWith("mailbox_full: "), ack.toString());
    assertTrue(
        get("/metrics").body().contains("broker_messages_rejected_total{reason=\"full\"} 1\n"));
  }

  @Test
  void aWebPageNeedsAnAllowedOrigin() throws Exception {
    start(options -> options.withOrigins(Set.of("https://good.example")));
    assertEquals(403, get("/health", "Origin", "https://evil.example").statusCode());
    rejected("origin");
    assertEquals(200, get("/health", "Origin", "https://good.example").statusCode());
    assertEquals(200, get("/health").statusCode());
  }
}
