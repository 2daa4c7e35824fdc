package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.CHARLIE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import claudemesh.store.MailboxLimits;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
    rig.connect().expectRefusal("capacity", "1008 capacity");
    rejected("capacity_address");
    first.greet(rig.hello(ALPHA));
    rig.connect().greet(rig.hello(BRAVO));
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
