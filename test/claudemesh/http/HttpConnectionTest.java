package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A scripted peer on the test's own thread: what happens when is part of the script. */
class HttpConnectionTest {

  private static final String GET = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
  private static final String GET_AND_CLOSE =
      "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

  private final ScriptedStream peer = new ScriptedStream();
  private final List<HttpRequest> requests = new ArrayList<>();
  private HttpHandler handler = exchange -> exchange.respond(200, "text/plain", "ok");
  private long now;

  private final HttpConnection connection =
      new HttpConnection(
          peer,
          HttpServerOptions.listeningOn("localhost", 0).withMaxBodyBytes(20),
          exchange -> {
            requests.add(exchange.request());
            handler.handle(exchange);
          },
          () -> now,
          Runnable::run,
          () -> {});

  @Test
  void answersARequest() {
    run(GET);
    assertTrue(peer.writtenText().startsWith("HTTP/1.1 200 OK\r\nDate: "), peer.writtenText());
    assertTrue(
        peer.writtenText().endsWith("\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"));
    assertEquals("/a", requests.getFirst().path());
    assertEquals("script:1", requests.getFirst().remoteAddress());
    assertTrue(peer.isClosed());
    assertFalse(peer.isAborted());
  }

  @Test
  void answersARequestThatComesByteByByte() {
    peer.oneByOne(latin1("POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"));
    connection.run();
    assertEquals("body", requests.getFirst().body());
    assertEquals("c", requests.getFirst().query("b").orElseThrow());
    assertStatuses(200);
  }

  @Test
  void answersPipelinedRequestsInOrder() {
    handler = exchange -> exchange.respond(200, "text/plain", exchange.request().path());
    run(GET + GET.replace("/a", "/b") + "\r\n" + GET_AND_CLOSE.replace("/a", "/c") + GET);
    assertStatuses(200, 200, 200);
    assertEquals(List.of("/a", "/b", "/c"), requests.stream().map(HttpRequest::path).toList());
    assertTrue(peer.writtenText().endsWith("/c"));
    assertTrue(peer.writtenText().contains("Connection: close\r\n"));
  }

  @Test
  void keepsAnHttp10ConnectionOnlyIfAsked() {
    run("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET / HTTP/1.0\r\n\r\n" + GET);
    assertStatuses(200, 200);
    assertTrue(peer.writtenText().contains("Connection: keep-alive\r\n"));
    assertTrue(peer.writtenText().contains("Connection: close\r\n"));
  }

  @Test
  void leavesTheBodyOutOfAnswersToHead() {
    run("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
    assertTrue(peer.writtenText().endsWith("Content-Length: 2\r\n\r\n"));
  }

  @Test
  void leavesTheBodyOutOf204() {
    handler = exchange -> exchange.respond(204, "text/plain", "never sent");
    run(GET);
    assertTrue(peer.writtenText().endsWith(" GMT\r\n\r\n"));
    assertFalse(peer.writtenText().contains("Content-"));
  }

  @Test
  void decodesTargetsAndHeaders() {
    run(
        "GET http://h/a%20b/%C3%A9+?x=1&y=%26+z&x=2&flag HTTP/1.1\r\n"
            + "Host: h\r\nX-Name:  spaced out \t\r\nx-name: two\r\n\r\n");
    HttpRequest request = requests.getFirst();
    assertEquals("/a b/é+", request.path());
    assertEquals(List.of("1", "2"), request.query().get("x"));
    assertEquals("& z", request.query("y").orElseThrow());
    assertEquals("", request.query("flag").orElseThrow());
    assertEquals(List.of("spaced out", "two"), request.headers().all("X-NAME"));
  }

  @Test
  void readsChunkedBodies() {
    run(
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
            + "5;note=x\r\nhello\r\n00A\r\n, chunks! \r\n0\r\nTrailer: x\r\n\r\n"
            + GET);
    assertStatuses(200, 200);
    assertEquals("hello, chunks! ", requests.getFirst().body());
  }

  @Test
  void saysContinueBeforeItReadsABody() {
    peer.text("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        .meanwhile(() -> assertEquals("HTTP/1.1 100 Continue\r\n\r\n", peer.writtenText()))
        .text("hi");
    connection.run();
    assertEquals("hi", requests.getFirst().body());
    assertStatuses(100, 200);
  }

  @Test
  void refusesABodyTooLargeBeforeItIsSent() {
    run("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 21\r\nExpect: 100-continue\r\n\r\n");
    assertStatuses(413);
    assertTrue(peer.writtenText().endsWith("\r\n\r\n{\"error\":\"body larger than 20 bytes\"}"));
  }

  @Test
  void refusesChunksThatAreTooLargeTogether() {
    String chunk = "b\r\n" + "x".repeat(11) + "\r\n";
    run("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk);
    assertStatuses(413);
  }

  @Test
  void refusesBadFraming() {
    assertBodyRefused(400, "Content-Length: 2\r\nContent-Length: 2", "hi");
    assertBodyRefused(400, "Content-Length: -1", "");
    assertBodyRefused(400, "Content-Length: +2", "hi");
    assertBodyRefused(400, "Content-Length: 2, 2", "hi");
    assertBodyRefused(400, "Content-Length: 99999999999999999999", "");
    assertBodyRefused(413, "Content-Length: 999999999999999999", "");
    assertBodyRefused(400, "Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n");
    assertBodyRefused(501, "Transfer-Encoding: gzip, chunked", "0\r\n\r\n");
    assertBodyRefused(400, "Transfer-Encoding: chunked", "x\r\n");
    assertBodyRefused(400, "Transfer-Encoding: chunked", "-1\r\n");
    assertBodyRefused(400, "Transfer-Encoding: chunked", " 2\r\nhi\r\n0\r\n\r\n");
    assertBodyRefused(413, "Transfer-Encoding: chunked", "fffffffffffffff\r\n");
    assertBodyRefused(400, "Transfer-Encoding: chunked", "ffffffffffffffff\r\n");
    assertBodyRefused(400, "Transfer-Encoding: chunked", "2\r\nhi!\r\n");
    assertBodyRefused(400, "Transfer-Encoding: chunked", "0;" + "x".repeat(300) + "\r\n\r\n");
    assertBodyRefused(417, "Content-Length: 2\r\nExpect: miracles", "hi");
    assertBodyRefused(400, "Content-Length: 2", "\u00ff\u00fe");
    assertBodyRefused(400, "Content-Length: 2", "h");
  }

  @Test
  void refusesBadRequestLines() {
    assertHeadRefused(400, "GET /a\r\n\r\n");
    assertHeadRefused(400, "GET  /a HTTP/1.1\r\nHost: h\r\n\r\n");
    assertHeadRefused(400, "G(T /a HTTP/1.1\r\nHost: h\r\n\r\n");
    assertHeadRefused(400, "GET a HTTP/1.1\r\nHost: h\r\n\r\n");
    assertHeadRefused(400, "GET /a HTTP/11\r\nHost: h\r\n\r\n");
    assertHeadRefused(400, "GET /%4 HTTP/1.1\r\nHost: h\r\n\r\n");
    assertHeadRefused(400, "GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n");
    assertHeadRefused(400, "GET /\u0000 HTTP/1.1\r\nHost: h\r\n\r\n");
    assertHeadRefused(400, "\u0016\u0003\u0001\u0000\n");
    assertHeadRefused(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assertHeadRefused(414, "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: h\r\n\r\n");
  }

  @Test
  void refusesBadHeaderFields() {
    assertHeadRefused(400, "GET /a HTTP/1.1\r\n\r\n");
    assertHeadRefused(400, "GET /a HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n");
    assertHeadRefused(400, "GET /a HTTP/1.1\r\nHost: h\r\nA: b\r\n folded\r\n\r\n");
    assertHeadRefused(400, "GET /a HTTP/1.1\r\nHost : h\r\n\r\n");
    assertHeadRefused(400, "GET /a HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n");
    assertHeadRefused(400, "GET /a HTTP/1.1\r\nHost: h\r\n: empty\r\n\r\n");
    assertHeadRefused(400, "GET /a HTTP/1.1\r\nHost: h\r\nA: b\u0000c\r\n\r\n");
    assertHeadRefused(400, "GET /a HTTP/1.1\r\nHost: h\r\nA: b\rC: d\r\n\r\n");
    assertHeadRefused(400, "GET /a HTTP/1.1\nHost: h\n\n");
    assertHeadRefused(400, "GET /a HTTP/1.1\r\nHost: h\r\nA: b\n\r\n");
    assertHeadRefused(400, "GET /a HTTP/1.1\r\nHost: h\r\n");
  }

  @Test
  void refusesTooManyAndTooLongHeaderFields() {
    StringBuilder many = new StringBuilder("GET /a HTTP/1.1\r\nHost: h\r\n");
    IntStream.range(0, 10_000).forEach(i -> many.append("A: b\r\n"));
    assertHeadRefused(431, many + "\r\n");
    assertHeadRefused(431, "GET /a HTTP/1.1\r\nHost: h\r\nA: " + "x".repeat(9_000) + "\r\n\r\n");
  }

  @Test
  void takesAHeadOfExactlyTheLimit() {
    String start = "GET /a HTTP/1.1\r\nHost: h\r\nA: ";
    run(start + "x".repeat(8_192 - start.length() - 4) + "\r\n\r\n");
    assertStatuses(200);
  }

  @Test
  void saysNothingToAPeerThatLeavesWithoutAWord() {
    run("");
    assertEquals("", peer.writtenText());
    assertTrue(peer.isClosed());
  }

  @Test
  void endsAHeadThatTakesTooLong() {
    peer.text("GET /a HT").meanwhile(() -> pass(9)).text("TP/1.1\r\n").meanwhile(() -> pass(1));
    peer.text("Host: h\r\n\r\n");
    connection.run();
    assertStatuses(408);
  }

  @Test
  void endsABodyThatTakesTooLong() {
    peer.text("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n");
    peer.meanwhile(() -> pass(29)).text("h").meanwhile(() -> pass(1)).text("i");
    connection.run();
    assertStatuses(408);
  }

  @Test
  void endsAnIdleConnectionWithoutAWord() {
    peer.text(GET).meanwhile(() -> pass(59)).text(GET).meanwhile(() -> pass(60)).text(GET);
    connection.run();
    assertStatuses(200, 200);
    assertFalse(peer.isAborted());
  }

  @Test
  void endsAConnectionThatNeverSpeaks() {
    peer.meanwhile(() -> pass(10)).text(GET);
    connection.run();
    assertEquals("", peer.writtenText());
  }

  @Test
  void cutsAPeerThatDoesNotReadItsAnswer() {
    peer.beforeWrite(() -> pass(10));
    run(GET);
    assertTrue(peer.isAborted());
  }

  @Test
  void cutsAPeerThatDoesNotLeaveAfterARefusal() {
    peer.text("nonsense\r\n").meanwhile(() -> pass(1)).meanwhile(() -> pass(1)).text("more");
    connection.run();
    assertStatuses(400);
    assertTrue(peer.isAborted());
  }

  @Test
  void givesAHandlerAllTheTimeItTakes() {
    handler =
        exchange -> {
          pass(3_600);
          exchange.respond(200, "text/plain", "ok");
        };
    run(GET);
    assertStatuses(200);
  }

  @Test
  void turnsAHandlersExceptionInto500() {
    handler =
        exchange -> {
          throw new IllegalArgumentException("a defect, on purpose");
        };
    run(GET + GET);
    assertStatuses(500);
    assertFalse(peer.writtenText().contains("purpose"));
  }

  @Test
  void turnsAMissingAnswerInto500() {
    handler = exchange -> {};
    run(GET + GET);
    assertStatuses(500);
  }

  @Test
  void endsTheConnectionIfAHandlerAnswersTwice() {
    handler =
        exchange -> {
          exchange.respond(200, "text/plain", "once");
          exchange.respond(200, "text/plain", "twice");
        };
    run(GET + GET);
    assertStatuses(200);
  }

  @Test
  void letsNobodyWriteHeaderFieldsThroughAValue() {
    handler =
        exchange -> exchange.respond(200, "text/plain", "", Map.of("X-Name", "a\r\nSet-Cookie: b"));
    run(GET);
    assertStatuses(500);
    assertFalse(peer.writtenText().contains("Cookie"));
  }

  @Test
  void answersTheRunningRequestBeforeItShutsDown() {
    handler =
        exchange -> {
          connection.shutdown();
          exchange.respond(200, "text/plain", "last");
        };
    run(GET + GET);
    assertStatuses(200);
    assertTrue(peer.writtenText().contains("Connection: close\r\n"));
  }

  @Test
  void endsAnIdleConnectionAtOnceWhenItShutsDown() {
    peer.text(GET).meanwhile(connection::shutdown).text(GET);
    connection.run();
    assertStatuses(200);
    assertTrue(peer.isClosed());
  }

  @Test
  void answersARequestThatIsNoUpgradeWithoutAWebSocket() {
    handler = exchange -> assertFalse(exchange.upgrade(WsServerOptions.defaults(), (c, t) -> {}));
    run(GET + GET);
    assertStatuses(426, 426);
    assertTrue(peer.writtenText().contains("Sec-WebSocket-Version: 13\r\n"));
  }

  private void assertHeadRefused(int status, String head) {
    HttpConnectionTest fresh = new HttpConnectionTest();
    fresh.run(head);
    fresh.assertStatuses(status);
    assertTrue(fresh.requests.isEmpty());
    assertTrue(fresh.peer.isClosed());
    assertTrue(fresh.peer.writtenText().contains("Connection: close\r\n"));
    assertTrue(fresh.peer.writtenText().contains("\r\n\r\n{\"error\":\""));
  }

  private void assertBodyRefused(int status, String fields, String body) {
    assertHeadRefused(status, "POST /a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n\r\n" + body);
  }

  private void run(String sent) {
    peer.text(sent);
    connection.run();
  }

  private void pass(int seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
    connection.tick(now);
  }

  private void assertStatuses(Integer... expected) {
    List<Integer> statuses =
        Pattern.compile("HTTP/1\\.1 (\\d{3}) ")
            .matcher(peer.writtenText())
            .results()
            .map(status -> Integer.valueOf(status.group(1)))
            .toList();
    assertEquals(List.of(expected), statuses, peer.writtenText());
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
