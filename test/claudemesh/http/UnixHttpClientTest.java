package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.http.UnixHttpException.Kind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixHttpClientTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameTheSocket() {
    file = folder.resolve("test.sock");
  }

  @Test
  void asksOurServer() throws IOException {
    try (HttpServer server =
        HttpServer.start(
            HttpServerOptions.listeningOn(file),
            exchange -> {
              HttpRequest request = exchange.request();
              String said = request.method() + request.header("X-Who").orElse("") + request.body();
              exchange.respond(202, "application/json", said);
            })) {
      UnixHttpReply reply =
          UnixHttpClient.of(server.socketFile().orElseThrow())
              .request("POST", "/v1/send?a=b", Map.of("X-Who", "me"), "grüße", LONG);
      assertEquals(202, reply.status());
      assertEquals("POSTmegrüße", reply.body());
      assertEquals("application/json", reply.headers().first("content-type").orElseThrow());
    }
  }

  @Test
  void readsAnAnswerThatKeepsTheConnection() throws Exception {
    String head = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n";
    assertEquals("{}", answered(head + "Content-Length: 2\r\n\r\n{}", false).body());
  }

  @Test
  void readsChunksAndTrailers() throws Exception {
    String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    String body = "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: 1\r\n\r\n";
    assertEquals("hello world", answered(head + body, false).body());
  }

  @Test
  void readsUpToTheEndOfTheConnection() throws Exception {
    assertEquals("all of it", answered("HTTP/1.1 200 OK\r\n\r\nall of it", true).body());
  }

  @Test
  void passesOverInterimAnswers() throws Exception {
    UnixHttpReply reply =
        answered("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", false);
    assertEquals(204, reply.status());
    assertEquals("", reply.body());
  }

  @Test
  void tellsAnswersThatAreNotWhole() {
    assertEquals(Kind.BROKEN, failing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"));
    assertEquals(
        Kind.BROKEN, failing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello"));
    assertEquals(Kind.BROKEN, failing("HTTP/1.1 200"));
    assertEquals(Kind.BROKEN, failing(""));
  }

  @Test
  void tellsWhatIsNotHttp() {
    assertEquals(Kind.MALFORMED, failing("SSH-2.0-server\r\n"));
    assertEquals(Kind.MALFORMED, failing("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"));
    assertEquals(
        Kind.MALFORMED, failing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"));
  }

  @Test
  void takesNoMoreThanItsLimit() throws IOException {
    for (String framing : new String[] {"Content-Length: 11\r\n\r\n", "\r\n"}) {
      try (Scripted server = new Scripted("HTTP/1.1 200 OK\r\n" + framing + "hello world", true)) {
        UnixHttpClient client = server.client().withMaxBodyBytes(10);
        assertEquals(Kind.TOO_LARGE, failure(client, LONG).kind());
      }
    }
  }

  @Test
  void tellsThatThereIsNoSocket() {
    UnixHttpException failure = failure(UnixHttpClient.of(file), LONG);
    assertEquals(Kind.NO_SOCKET, failure.kind());
    assertEquals("there is no socket " + file, failure.getMessage());
  }

  @Test
  void tellsThatNobodyListens() throws IOException {
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(file))
        .close();
    UnixHttpException failure = failure(UnixHttpClient.of(file), LONG);
    assertEquals(Kind.REFUSED, failure.kind());
    assertEquals("nobody listens on " + file, failure.getMessage());
  }

  @Test
  void givesUpWhenTimeIsUp() throws IOException {
    for (String part : new String[] {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"}) {
      try (Scripted server = new Scripted(part, false)) {
        UnixHttpException failure = failure(server.client(), Duration.ofMillis(50));
        assertEquals(Kind.TIMEOUT, failure.kind());
        assertEquals("no answer from " + file + " within 50 ms", failure.getMessage());
      }
    }
  }

  @Test
  void readsAListOfManyMegabytes() throws IOException {
    String list = "0123456789abcdef".repeat(1 << 20);
    try (HttpServer server =
        HttpServer.start(
            HttpServerOptions.listeningOn(file),
            exchange -> exchange.respond(200, "application/json", list))) {
      assertEquals(1, server.socketFile().stream().count());
      String body = UnixHttpClient.of(file).request("GET", "/", Map.of(), "", LONG).body();
      assertTrue(list.equals(body));
    }
  }

  @Test
  void readsEventsHoweverTheirLinesEnd() throws IOException {
    String events =
        "HTTP/1.1 200 OK\r\n"
            + "Content-Type: text/event-stream\r\n\r\n"
            + ": connected\n\n"
            + "id: 7\r\n"
            + "event: a\r\n"
            + "data: one\r\n"
            + "data:two\r\n\r\n"
            + "data: three\r\r"
            + ": only a comment\n\n"
            + "data: cut";
    try (Scripted server = new Scripted(events, true);
        UnixEvents stream = server.client().events("/", Map.of(), LONG)) {
      assertEquals(new SseEvent("7", "a", "one\ntwo"), stream.next().orElseThrow());
      assertEquals(new SseEvent("7", "message", "three"), stream.next().orElseThrow());
      assertTrue(stream.next().isEmpty());
    }
  }

  @Test
  void handsOutTheAnswerThatCameInsteadOfEvents() throws IOException {
    String refusal = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}";
    try (Scripted server = new Scripted(refusal, false);
        UnixEvents stream = server.client().events("/", Map.of(), LONG)) {
      assertEquals(401, stream.refusal().orElseThrow().status());
      assertTrue(stream.next().isEmpty());
    }
  }

  private UnixHttpReply answered(String answer, boolean ends) throws IOException {
    try (Scripted server = new Scripted(answer, ends)) {
      return server.client().request("GET", "/", Map.of(), "", LONG);
    }
  }

  private Kind failing(String answer) {
    try (Scripted server = new Scripted(answer, true)) {
      return failure(server.client(), LONG).kind();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static UnixHttpException failure(UnixHttpClient client, Duration timeout) {
    return assertThrows(
        UnixHttpException.class, () -> client.request("GET", "/", Map.of(), "", timeout));
  }

  /** A server that reads one head, says one thing, and then ends the connection or keeps it. */
  private final class Scripted implements AutoCloseable {

    private final ServerSocketChannel listener =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX);

    Scripted(String answer, boolean ends) throws IOException {
      Files.deleteIfExists(file);
      listener.bind(UnixDomainSocketAddress.of(file));
      Thread.ofVirtual().start(() -> serve(answer, ends));
    }

    UnixHttpClient client() {
      return UnixHttpClient.of(file);
    }

    private void serve(String answer, boolean ends) {
      try (SocketChannel peer = listener.accept()) {
        ByteBuffer request = ByteBuffer.allocate(4_096);
        while (!new String(request.array(), StandardCharsets.UTF_8).contains("\r\n\r\n")) {
          peer.read(request);
        }
        ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          peer.write(bytes);
        }
        if (!ends) {
          assertEquals(-1, peer.read(ByteBuffer.allocate(1)));
        }
      } catch (IOException e) {
        assertTrue(!listener.isOpen(), "expected a connection to serve: " + e);
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }
}
