package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {

  private static final String GET = "GET /path HTTP/1.1\r\nHost: h\r\n\r\n";
  private static final HttpServerOptions OPTIONS =
      HttpServerOptions.listeningOn("127.0.0.1", 0).withTickPeriod(Duration.ofMillis(20));

  private final RecordingHandler webSocket = new RecordingHandler();
  private HttpServer server;

  @AfterEach
  void leavesNoThread() {
    if (server != null) {
      server.close();
      assertTrue(server.isTerminated());
      assertEquals(0, server.connections());
    }
  }

  @Test
  void answersSeveralRequestsOnOneConnection() throws IOException {
    start(OPTIONS);
    try (RawClient client = client()) {
      for (int i = 0; i < 3; i++) {
        client.sendOneByOne(GET.getBytes(StandardCharsets.US_ASCII));
        RawClient.Answer answer = client.answer();
        assertEquals(200, answer.status());
        assertEquals("GET /path", answer.body());
      }
    }
  }

  @Test
  void answersAPeerThatFinishedInsideTheHead() throws IOException {
    start(OPTIONS);
    try (RawClient client = client()) {
      client.send("GET /path HTT");
      client.finish();
      assertEquals(400, client.answer().status());
      assertTrue(client.isAtEnd());
    }
  }

  @Test
  void isHeardThroughWhatAPeerStillSendsAfterItsRefusal() throws IOException {
    start(OPTIONS);
    try (RawClient client = client()) {
      client.send("GET /path HTTP/1.1\r\nHost: h\r\n" + "A: b\r\n".repeat(10_000) + "\r\n");
      assertEquals(431, client.answer().status());
      client.finish();
      assertTrue(client.isAtEnd());
    }
  }

  @Test
  void outlivesPeersThatVanish() throws IOException {
    start(OPTIONS);
    for (int i = 0; i < 50; i++) {
      RawClient client = client();
      client.send(GET.substring(0, i % GET.length()));
      client.reset();
    }
    try (RawClient client = client()) {
      client.send(GET);
      assertEquals(200, client.answer().status());
    }
  }

  @Test
  void namesTheAddressAndTheCureIfThePortIsTaken() throws IOException {
    start(OPTIONS);
    int port = server.address().getPort();
    IOException failure =
        assertThrows(
            IOException.class,
            () ->
                HttpServer.start(HttpServerOptions.listeningOn("127.0.0.1", port), exchange -> {}));
    assertEquals(
        "cannot listen on 127.0.0.1:"
            + port
            + ": the port is in use; stop the program that holds it or choose another port",
        failure.getMessage());
  }

  @Test
  void namesTheAddressAndTheCureIfTheHostIsNotThisMachine() {
    IOException failure =
        assertThrows(
            IOException.class,
            () -> HttpServer.start(HttpServerOptions.listeningOn("192.0.2.1", 0), exchange -> {}));
    assertTrue(
        failure.getMessage().startsWith("cannot listen on 192.0.2.1:0: no interface"),
        failure.getMessage());
  }

  @Test
  void goesOnAfterTooManyOpenFiles() throws IOException {
    AtomicInteger failures = new AtomicInteger(3);
    start(OPTIONS.withSocketFactory(new ServerSockets(failures)));
    try (RawClient client = client()) {
      client.send(GET);
      assertEquals(200, client.answer().status());
    }
    assertEquals(0, failures.get());
  }

  @Test
  void refusesConnectionsAboveItsLimit() throws IOException {
    start(OPTIONS.withMaxConnections(1));
    try (RawClient first = client()) {
      first.send(GET);
      assertEquals(200, first.answer().status());
      try (RawClient second = client()) {
        assertTrue(second.isAtEnd());
      }
      first.send(GET);
      assertEquals(200, first.answer().status());
    }
  }

  @Test
  void keepsItsConnectionsWhenItStopsAccepting() throws IOException {
    start(OPTIONS);
    try (RawClient client = client()) {
      client.send(GET);
      assertEquals(200, client.answer().status());
      InetSocketAddress address = server.address();
      server.stopAccepting();
      assertThrows(IOException.class, () -> new RawClient(address).close());
      client.send(GET);
      assertEquals(200, client.answer().status());
    }
  }

  @Test
  void closesIdleConnectionsAndWebSocketsPolitely() throws Exception {
    start(OPTIONS);
    try (RawClient idle = client();
        RawClient silent = client();
        RawClient open = client().upgrade()) {
      idle.send(GET);
      assertEquals(200, idle.answer().status());
      assertEquals("open", webSocket.next());
      Thread closing = Thread.ofVirtual().start(server::close);
      assertEquals("close 1001 server is shutting down", open.next());
      open.send(RawClient.close(1001, ""));
      assertTrue(open.isAtEnd());
      assertTrue(idle.isAtEnd());
      assertTrue(silent.isAtEnd());
      assertTrue(closing.join(Duration.ofSeconds(10)));
      assertEquals("closed 1001 server is shutting down", webSocket.next());
    }
  }

  @Test
  void cutsWebSocketsThatDoNotAnswerAndHandlersThatDoNotEnd() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch handling = new CountDownLatch(1);
    server =
        HttpServer.start(
            OPTIONS,
            exchange -> {
              if (exchange.request().path().equals("/ws")) {
                exchange.upgrade(WsServerOptions.defaults(), webSocket);
                return;
              }
              handling.countDown();
              try {
                never.await();
              } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
              }
            });
    try (RawClient open = client().upgrade();
        RawClient waiting = client()) {
      waiting.send(GET);
      assertTrue(handling.await(10, TimeUnit.SECONDS));
      assertEquals("open", webSocket.next());
      server.close();
      assertTrue(server.isTerminated());
      assertEquals("closed 1001 server is shutting down", webSocket.next());
      assertEquals("close 1001 server is shutting down", open.next());
      assertTrue(waiting.isAtEnd());
    }
  }

  @Test
  void doesNotCountThePausesOfItsOwnProcess() {
    assertEquals(1_001, HttpServer.noticed(1_001, 1_000));
    assertEquals(2_000, HttpServer.noticed(120_000, 1_000));
  }

  @Test
  void toleratesBeingClosedTwice() throws IOException {
    start(OPTIONS);
    server.close();
    server.close();
  }

  private void start(HttpServerOptions options) throws IOException {
    server =
        HttpServer.start(
            options,
            exchange -> {
              HttpRequest request = exchange.request();
              if (request.path().equals("/ws")) {
                exchange.upgrade(WsServerOptions.defaults(), webSocket);
              } else {
                exchange.respond(200, "text/plain", request.method() + " " + request.path());
              }
            });
  }

  private RawClient client() throws IOException {
    return new RawClient(server.address());
  }

  /** Makes server sockets that at first cannot accept. */
  private static final class ServerSockets extends ServerSocketFactory {

    private final AtomicInteger failures;

    ServerSockets(AtomicInteger failures) {
      this.failures = failures;
    }

    @Override
    public ServerSocket createServerSocket() throws IOException {
      return new ServerSocket() {
        @Override
        public Socket accept() throws IOException {
          if (failures.get() > 0) {
            failures.decrementAndGet();
            throw new SocketException("Too many open files");
          }
          return super.accept();
        }
      };
    }

    @Override
    public ServerSocket createServerSocket(int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
      throw new UnsupportedOperationException();
    }
  }
}
