package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.lifecycle.Ending.ConnectStep;
import claudemesh.time.Deadline;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connecting for real, to servers that behave and to others. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ConnectSocketsTest {

  /** How connecting to this script's server fails. */
  private static Ending failureAgainst(RawServer.Script script) throws Exception {
    try (RawServer server = RawServer.start(script)) {
      return failureAt(server.url(), Live.BOUND);
    }
  }

  private static Ending failureAt(String url, Duration timeout) {
    var request = new Transport.Request(URI.create(url), Map.of(), 1000);
    return assertThrows(
            Transport.ConnectException.class,
            () -> Live.DIRECT.connect(request, Deadline.in(timeout)))
        .ending();
  }

  private static ConnectStep stepOf(Ending ending) {
    return assertInstanceOf(Ending.ConnectFailed.class, ending, ending::words).kind();
  }

  @Test
  void L01_theHandleOfAServerThatIsDownOpensWhenItIsUp() throws Exception {
    int port = RawServer.freePort();
    try (Live live = new Live("ws://127.0.0.1:" + port + "/ws").start()) {
      live.await("disconnect");
      assertEquals(WsStatus.RECONNECTING, live.lifecycle().status());
      try (RawServer server = RawServer.start(port, peer -> peer.open().closeAsAsked())) {
        live.lifecycle().awaitOpen(Live.BOUND);
        live.lifecycle().close();
        assertEquals(1, server.accepted());
      }
      assertEquals(1, live.lifecycle().counted(WsCounter.OPENED));
    }
  }

  @Test
  void L07_aServerThatAcceptsAndNeverUpgradesIsGivenUp() throws Exception {
    CountDownLatch cut = new CountDownLatch(1);
    RawServer.Script neverUpgrades =
        peer -> {
          peer.request();
          peer.awaitEnd();
          cut.countDown();
        };
    try (RawServer server = RawServer.start(neverUpgrades)) {
      Ending ending = failureAt(server.url(), Duration.ofMillis(300));
      assertEquals(Ending.Phase.CONNECT, assertInstanceOf(Ending.TimedOut.class, ending).phase());
      assertTrue(cut.await(30, TimeUnit.SECONDS), "its socket is left open");
    }
  }

  @Test
  void L07_aServerThatStopsWithinItsAnswerIsGivenUp() throws Exception {
    try (RawServer server =
        RawServer.start(
            peer -> {
              peer.write(peer.upgradeHead().substring(0, 40));
              peer.awaitEnd();
            })) {
      Ending ending = failureAt(server.url(), Duration.ofMillis(300));
      assertInstanceOf(Ending.TimedOut.class, ending, ending::words);
    }
  }

  @Test
  void closeWhileConnectingCutsTheSocketAtOnce() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch cut = new CountDownLatch(1);
    RawServer.Script neverUpgrades =
        peer -> {
          peer.request();
          asked.countDown();
          peer.awaitEnd();
          cut.countDown();
        };
    try (RawServer server = RawServer.start(neverUpgrades)) {
      Live live = new Live(server.url());
      live.options.attemptTimeout(Duration.ofHours(1));
      live.start();
      asked.await();
      live.close();
      assertEquals(WsStatus.CLOSED, live.lifecycle().status());
      assertTrue(cut.await(20, TimeUnit.SECONDS), "the socket outlives its attempt");
    }
  }

  @Test
  void aStatusOtherThan101IsToldWithRetryAfterAndBody() throws Exception {
    for (int status : List.of(400, 401, 403, 404, 429, 500, 503)) {
      Ending ending = failureAgainst(peer -> peer.answer(status + " No", "because\nsecond line"));
      assertEquals(new Ending.UpgradeRefused(status, Optional.empty(), "because"), ending);
    }
    assertEquals(
        new Ending.UpgradeRefused(503, Optional.of(Duration.ofSeconds(7)), ""),
        failureAgainst(peer -> peer.answer("503 Busy\r\nRetry-After: 7", "")));
  }

  @Test
  void retryAfterIsANumberOrADateOrNothing() {
    Instant now = Instant.parse("2026-03-01T12:00:00Z");
    assertEquals(Optional.of(Duration.ofSeconds(120)), retryAfter("120", now));
    assertEquals(Optional.of(Duration.ZERO), retryAfter(" 0 ", now));
    assertEquals(
        Optional.of(Duration.ofSeconds(30)), retryAfter("Sun, 01 Mar 2026 12:00:30 GMT", now));
    for (String none : List.of("", "-1", "soon", "9999999999", "Sun, 01 Mar 2026 11:59:59 GMT")) {
      assertEquals(Optional.empty(), retryAfter(none, now), none);
    }
  }

  private static Optional<Duration> retryAfter(String value, Instant now) {
    var headers = HttpHeaders.of(Map.of("Retry-After", List.of(value)), (name, text) -> true);
    return JdkTransport.retryAfter(headers, now);
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    try (RawServer elsewhere = RawServer.start(RawPeer::open)) {
      String location = "http://127.0.0.1:" + elsewhere.port() + "/ws";
      for (String status : List.of("301 Moved", "302 Found", "307 Away", "308 Away")) {
        Ending ending =
            failureAgainst(peer -> peer.answer(status + "\r\nLocation: " + location, ""));
        assertInstanceOf(Ending.UpgradeRefused.class, ending, ending::words);
      }
      assertEquals(0, elsewhere.accepted());
    }
  }

  @Test
  void aWrongAnswerToTheHandshakeIsRefused() throws Exception {
    for (String wrong :
        List.of(
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: bm90IGl0",
            "Upgrade: websocket\r\nConnection: Upgrade",
            "Upgrade: other\r\nConnection: Upgrade",
            "Content-Length: 0")) {
      Ending ending =
          failureAgainst(
              peer -> {
                peer.request();
                peer.write("HTTP/1.1 101 Switching Protocols\r\n" + wrong + "\r\n\r\n");
                peer.awaitEnd();
              });
      assertEquals(ConnectStep.CONNECT, stepOf(ending), wrong);
    }
  }

  @Test
  void theJdkRefusesKeepAliveAndDeflateInTheAnswer() throws Exception {
    // Not our choice (hard-cases.md §2 fact 14): our broker answers plain "Upgrade" because of it.
    for (String head :
        List.of(
            "Connection: keep-alive, Upgrade",
            "Connection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate")) {
      Ending ending =
          failureAgainst(
              peer -> {
                peer.write(peer.upgradeHead().replace("Connection: Upgrade", head));
                peer.awaitEnd();
              });
      assertEquals(ConnectStep.CONNECT, stepOf(ending), head);
    }
  }

  @Test
  void anAnswerInSingleBytesIsAnAnswer() throws Exception {
    RawServer.Script drips =
        peer -> {
          for (byte b : peer.upgradeHead().getBytes(StandardCharsets.US_ASCII)) {
            peer.write(b);
          }
          peer.read();
          for (byte b : RawPeer.head(RawPeer.TEXT, Scene.ACK.length())) {
            peer.write(b);
          }
          for (byte b : Scene.ACK.getBytes(StandardCharsets.US_ASCII)) {
            peer.write(b);
          }
          peer.closeAsAsked();
        };
    try (RawServer server = RawServer.start(drips);
        Live live = new Live(server.url()).open()) {
      assertEquals(List.of(), live.endings());
    }
  }

  @Test
  void nobodyThereAndNobodyLeftAreWordedForPeople() throws Exception {
    Ending refused = failureAt("ws://127.0.0.1:" + RawServer.freePort() + "/ws", Live.BOUND);
    assertEquals(ConnectStep.CONNECT, stepOf(refused));
    assertTrue(refused.words().startsWith("connection refused"), refused.words());
    Ending unknown = failureAt("ws://no-such-host.invalid/ws", Live.BOUND);
    assertEquals(ConnectStep.DNS, stepOf(unknown));
    assertEquals("no-such-host.invalid: the host's name has no address", unknown.words());
    for (Ending cut : List.of(failureAgainst(RawPeer::request), failureAgainst(RawPeer::reset))) {
      assertEquals(ConnectStep.CONNECT, stepOf(cut), cut.words());
      assertTrue(!cut.words().contains("null"), cut.words());
    }
  }

  @Test
  void extraHeadersTravelWithTheUpgradeAndNoOrigin() throws Exception {
    CountDownLatch checked = new CountDownLatch(1);
    RawServer.Script checks =
        peer -> {
          assertEquals("Bearer abc", peer.header("Authorization"));
          assertEquals("GET /ws HTTP/1.1", peer.request().lines().findFirst().orElseThrow());
          assertEquals("13", peer.header("Sec-WebSocket-Version"));
          assertEquals("", peer.header("Origin"));
          assertEquals("", peer.header("Sec-WebSocket-Extensions"));
          checked.countDown();
          peer.open().closeAsAsked();
        };
    try (RawServer server = RawServer.start(checks);
        Live live = new Live(server.url())) {
      live.options.header("Authorization", "Bearer abc");
      live.open();
      assertEquals(0, checked.getCount());
    }
  }

  @Test
  void aServerThatSpeaksWithItsAnswerIsHeardInOrder() throws Exception {
    // The first frames ride on the segment of the 101, before the JDK's future is done (fact 6).
    RawServer.Script speaksFirst =
        peer -> {
          peer.upgradeWith(Scene.text("early"), Scene.text("early"));
          peer.read();
          peer.text(Scene.ACK).closeAsAsked();
        };
    try (RawServer server = RawServer.start(speaksFirst);
        Live live = new Live(server.url()).open()) {
      assertEquals(2, live.lifecycle().counted(WsCounter.EARLY));
    }
  }

  @Test
  void L05_anAckThatRidesOnTheUpgradeIsAProtocolError() throws Exception {
    CountDownLatch acked = new CountDownLatch(1);
    RawServer.Script acksFirst =
        peer -> {
          peer.upgradeWith(Scene.ACK);
          acked.countDown();
          peer.awaitEnd();
        };
    try (RawServer server = RawServer.start(acksFirst);
        Live live = new Live(server.url())) {
      live.options.hello(
          number -> {
            acked.await();
            return Scene.hello(number);
          });
      live.start();
      assertEquals(1002, live.awaitEnding().closeCode());
    }
  }
}
