package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import claudemesh.time.Waiting;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixServerTest {

  private static final String GET = "GET /path HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir private Path folder;
  private Path file;
  private HttpServer server;

  @BeforeEach
  void nameTheSocket() {
    file = folder.resolve("test.sock");
  }

  @AfterEach
  void leavesNothing() throws IOException {
    if (server != null) {
      server.close();
      assertTrue(server.isTerminated());
      assertEquals(0, server.connections());
      try (Stream<Path> left = Files.list(folder)) {
        assertEquals(List.of(), left.toList());
      }
    }
  }

  @Test
  void answersByteByByteAndKeepsTheConnection() throws IOException {
    start();
    try (RawClient client = new RawClient(file)) {
      for (int i = 0; i < 3; i++) {
        client.sendOneByOne(GET.getBytes(StandardCharsets.US_ASCII));
        assertEquals("GET /path ", client.answer().body());
      }
    }
  }

  @Test
  void answersSeveralRequestsSentAtOnceInTheirOrder() throws IOException {
    start();
    try (RawClient client = new RawClient(file)) {
      client.send(GET + GET.replace("path", "second") + GET.replace("path", "third"));
      assertEquals("GET /path ", client.answer().body());
      assertEquals("GET /second ", client.answer().body());
      assertEquals("GET /third ", client.answer().body());
    }
  }

  @Test
  void takesABodyOfAMegabyteAndRefusesALargerOne() throws IOException {
    start();
    String body = "b".repeat(1 << 20);
    try (RawClient client = new RawClient(file)) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n" + body);
      assertEquals("POST / " + body, client.answer().body());
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n");
      assertEquals(413, client.answer().status());
    }
  }

  @Test
  void holdsAThousandConnectionsAtOnce() throws IOException {
    start();
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 1_000; i++) {
        clients.add(new RawClient(file));
      }
      for (RawClient client : clients) {
        client.send(GET);
      }
      for (RawClient client : clients) {
        assertEquals(200, client.answer().status());
      }
      assertEquals(1_000, server.connections());
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void closesIdleConnectionsWhenItCloses() throws IOException {
    start();
    try (RawClient silent = new RawClient(file);
        RawClient idle = new RawClient(file)) {
      idle.send(GET);
      assertEquals(200, idle.answer().status());
      server.close();
      assertTrue(silent.isAtEnd());
      assertTrue(idle.isAtEnd());
    }
  }

  @Test
  void answersAWebSocket() throws Exception {
    RecordingHandler handler = new RecordingHandler();
    server =
        HttpServer.start(
            HttpServerOptions.listeningOn(file),
            exchange -> exchange.upgrade(WsServerOptions.defaults(), handler));
    try (RawClient client = new RawClient(file).upgrade()) {
      assertEquals("open", handler.next());
      client.sendText("hello");
      assertEquals("text hello", handler.next());
    }
  }

  @Test
  void itsFileIsTheOwnersAlone() throws IOException {
    start();
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(file.toAbsolutePath(), server.socketFile().orElseThrow());
  }

  @Test
  void replacesADeadSocket() throws IOException {
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(file))
        .close();
    assertTrue(Files.exists(file));
    start();
    try (RawClient client = new RawClient(file)) {
      client.send(GET);
      assertEquals(200, client.answer().status());
    }
  }

  @Test
  void doesNotReplaceASocketThatAnswers() throws IOException {
    start();
    IOException failure = assertThrows(BindException.class, this::startAnother);
    assertEquals(
        "cannot listen on " + file + ": another program listens there; stop it first",
        failure.getMessage());
    try (RawClient client = new RawClient(file)) {
      client.send(GET);
      assertEquals(200, client.answer().status());
    }
  }

  @Test
  void doesNotReplaceAFileOfAnotherKind() throws IOException {
    Files.writeString(file, "precious");
    IOException failure = assertThrows(BindException.class, this::startAnother);
    assertTrue(failure.getMessage().contains("found another kind of file"), failure.getMessage());
    assertEquals("precious", Files.readString(file));
    Files.move(file, folder.resolve("other"));
    Files.createSymbolicLink(file, folder.resolve("other"));
    assertThrows(BindException.class, this::startAnother);
  }

  @Test
  void namesThePathAndTheCureIfThePathIsTooLong() {
    file = folder.resolve("long".repeat(20)).resolve("test.sock");
    file.getParent().toFile().mkdirs();
    IOException failure = assertThrows(BindException.class, this::startAnother);
    assertTrue(failure.getMessage().startsWith("cannot listen on " + file), failure.getMessage());
    assertTrue(failure.getMessage().contains("CLAUDEMESH_DAEMON_DIR"), failure.getMessage());
    assertEquals(0, file.getParent().toFile().list().length);
  }

  @Test
  void namesThePathIfItsFolderDoesNotExist() {
    file = folder.resolve("none").resolve("test.sock");
    IOException failure = assertThrows(BindException.class, this::startAnother);
    assertEquals(
        "cannot listen on " + file + ": its folder does not exist; create it",
        failure.getMessage());
  }

  @Test
  void leavesAFileThatHasTakenItsPlace() throws IOException {
    start();
    Files.delete(file);
    Files.writeString(file, "of somebody else");
    server.close();
    assertTrue(Files.exists(file));
    Files.delete(file);
  }

  @Test
  void knowsItsPeersUser() throws IOException {
    String me = Files.getOwner(folder).getName();
    server =
        HttpServer.start(
            HttpServerOptions.listeningOn(file),
            exchange ->
                exchange.respond(200, "text/plain", exchange.peerUser().orElseThrow().getName()));
    try (RawClient client = new RawClient(file)) {
      client.send(GET);
      assertEquals(me, client.answer().body());
    }
  }

  @Test
  void answersCurl() throws Exception {
    assumeTrue(Programs.has("curl"), "curl is not installed");
    start();
    assertEquals(
        "GET /v1/x ",
        Programs.run("curl", "-sS", "--unix-socket", file.toString(), "http://localhost/v1/x"));
  }

  @Test
  void refusesAProcessOfAnotherUserEvenIfPermissionsLetItThrough() throws Exception {
    assumeTrue(Programs.has("curl") && Programs.has("setpriv"), "needs curl and setpriv");
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to become another");
    Path open = Files.createTempDirectory(Path.of("/tmp"), "sock");
    file = open.resolve("test.sock");
    try {
      start();
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
      assertTrue(asNobody().contains("(7)"), "expected curl to find no permission");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
      assertTrue(asNobody().contains("expected a process of user root"));
      server.close();
      start(HttpServerOptions.listeningOn(file).withOwnerOnly(false));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
      assertEquals("GET /who ", asNobody());
    } finally {
      server.close();
      assertFalse(Files.exists(file));
      Files.delete(open);
    }
  }

  private String asNobody() throws IOException, InterruptedException {
    return Programs.run(
        "setpriv",
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        "curl",
        "-sS",
        "--unix-socket",
        file.toString(),
        "http://localhost/who");
  }

  @Test
  void cutsAReaderThatDoesNotReadItsAnswer() throws Exception {
    server =
        HttpServer.start(
            HttpServerOptions.listeningOn(file).withTickPeriod(Duration.ZERO),
            exchange -> exchange.respond(200, "text/plain", "x".repeat(8 << 20)));
    try (RawClient stuck = new RawClient(file)) {
      stuck.send(GET);
      Waiting.until("the connection", () -> server.connections() == 1);
      Waiting.until(
          "the cut",
          () -> {
            server.tick(Duration.ofSeconds(11));
            return server.connections() == 0;
          });
    }
  }

  private void start() throws IOException {
    start(HttpServerOptions.listeningOn(file));
  }

  private void start(HttpServerOptions options) throws IOException {
    server = HttpServer.start(options, UnixServerTest::echo);
  }

  private void startAnother() throws IOException {
    HttpServer.start(HttpServerOptions.listeningOn(file), UnixServerTest::echo).close();
  }

  private static void echo(HttpExchange exchange) throws IOException {
    HttpRequest request = exchange.request();
    exchange.respond(
        200, "text/plain", request.method() + " " + request.path() + " " + request.body());
  }
}
