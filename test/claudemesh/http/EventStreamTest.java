package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.time.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventStreamTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String GET = "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir private Path folder;
  private Path file;
  private HttpServer server;
  private EventStreamOptions options = EventStreamOptions.defaults();
  private final BlockingQueue<EventStream> opened = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() throws IOException {
    file = folder.resolve("test.sock");
    server =
        HttpServer.start(
            HttpServerOptions.listeningOn(file).withTickPeriod(Duration.ZERO),
            exchange -> exchange.stream(options, new Recorder()));
  }

  @AfterEach
  void leavesNoThread() {
    server.close();
    assertTrue(server.isTerminated());
  }

  @Test
  void isWrittenAsRecorded() throws Exception {
    try (RawClient client = new RawClient(file)) {
      client.send(GET);
      assertEquals("text/event-stream", client.answer().headers().first("Content-Type").get());
      assertEquals(": connected", client.line());
      assertEquals("", client.line());
      opened().send(new SseEvent("1", "message", "{\"a\":1}"));
      assertEquals("id: 1", client.line());
      assertEquals("event: message", client.line());
      assertEquals("data: {\"a\":1}", client.line());
      assertEquals("", client.line());
    }
    assertEquals("the client has gone", closed());
  }

  @Test
  void splitsDataOfSeveralLinesWhichTheClientJoins() throws Exception {
    try (UnixEvents client = follow(Map.of())) {
      opened().send(new SseEvent("", "x", "one\ntwo\r\nthree\rfour\n"));
      assertEquals(Optional.of(new SseEvent("", "x", "one\ntwo\nthree\nfour\n")), client.next());
    }
  }

  @Test
  void refusesFieldsThatWouldBeOtherFields() {
    assertThrows(IllegalArgumentException.class, () -> new SseEvent("1\ndata: x", "m", ""));
    assertThrows(IllegalArgumentException.class, () -> new SseEvent("1", "m\rid: 2", ""));
  }

  @Test
  void knowsWhatTheClientHadLast() throws Exception {
    try (UnixEvents client = follow(Map.of("Last-Event-ID", "41"))) {
      assertEquals(Optional.of("41"), opened().lastEventId());
      assertTrue(client.refusal().isEmpty());
    }
  }

  @Test
  void sendsAHeartbeatWhenOneIsDue() throws Exception {
    try (RawClient client = new RawClient(file)) {
      client.send(GET);
      client.answer();
      assertEquals(": connected", client.line());
      assertEquals("", client.line());
      opened();
      server.tick(Duration.ofSeconds(14));
      server.tick(Duration.ofSeconds(1));
      assertEquals(": heartbeat", client.line());
      assertEquals("", client.line());
    }
  }

  @Test
  void cutsAClientThatDoesNotRead() throws Exception {
    options = options.withQueue(1 << 20, 10_000);
    try (RawClient client = new RawClient(file)) {
      client.send(GET);
      EventStream stream = opened();
      SseEvent event = new SseEvent("", "m", "x".repeat(100_000));
      int sent = 0;
      while (stream.send(event)) {
        assertTrue(++sent < 1_000, "expected the queue to have a bound");
      }
      assertTrue(closed().startsWith("slow consumer"));
      assertFalse(stream.send(event));
    }
  }

  @Test
  void cutsAClientWhoseWriteIsStuck() throws Exception {
    try (RawClient client = new RawClient(file)) {
      client.send(GET);
      EventStream stream = opened();
      assertTrue(stream.send(new SseEvent("", "m", "x".repeat(4 << 20))));
      Waiting.until(
          "the cut",
          () -> {
            server.tick(Duration.ofSeconds(11));
            return !stream.isOpen();
          });
      assertEquals("a write was stuck for 10 s", closed());
    }
  }

  @Test
  void writesWhatWasSentBeforeItCloses() throws Exception {
    try (UnixEvents client = follow(Map.of())) {
      EventStream stream = opened();
      for (int i = 0; i < 100; i++) {
        stream.send(new SseEvent(Integer.toString(i), "m", "d"));
      }
      stream.close();
      for (int i = 0; i < 100; i++) {
        assertEquals(Integer.toString(i), client.next().orElseThrow().id());
      }
      assertTrue(client.next().isEmpty());
      assertEquals("99", client.lastEventId());
      assertEquals("closed by this end", closed());
    }
  }

  @Test
  void endsWhenTheServerCloses() throws Exception {
    try (UnixEvents client = follow(Map.of())) {
      opened();
      server.close();
      assertTrue(client.next().isEmpty());
      assertEquals("server is shutting down", closed());
    }
  }

  @Test
  void aWaitingClientCanBeClosedByAnotherThread() throws Exception {
    UnixEvents client = follow(Map.of());
    opened();
    Thread closer = Thread.ofVirtual().start(client::close);
    assertTrue(client.next().isEmpty());
    closer.join();
    assertEquals("the client has gone", closed());
  }

  @Test
  void aHundredClientsThatGoLeaveNothingBehind() throws Exception {
    List<UnixEvents> clients = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      clients.add(follow(Map.of()));
    }
    assertEquals(100, server.connections());
    clients.forEach(UnixEvents::close);
    for (int i = 0; i < 100; i++) {
      assertEquals("the client has gone", closed());
    }
    Waiting.until("their leaving", () -> server.connections() == 0);
  }

  private UnixEvents follow(Map<String, String> headers) throws IOException {
    return UnixHttpClient.of(file).events("/v1/events", headers, LONG);
  }

  private EventStream opened() throws InterruptedException {
    EventStream stream = opened.poll(60, TimeUnit.SECONDS);
    assertTrue(stream != null, "expected a stream");
    return stream;
  }

  private String closed() throws InterruptedException {
    String reason = closed.poll(60, TimeUnit.SECONDS);
    assertTrue(reason != null, "expected a stream to end");
    return reason;
  }

  private final class Recorder implements EventStreamHandler {

    @Override
    public void onOpen(EventStream stream) {
      opened.add(stream);
    }

    @Override
    public void onClosed(EventStream stream, String reason) {
      closed.add(reason);
    }
  }
}
