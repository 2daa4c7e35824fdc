package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import claudemesh.lifecycle.TestCertificates;
import claudemesh.time.Deadline;
import claudemesh.time.Waiting;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server over TLS, against the JDK's own client side and what is no client at all. */
class TlsServerTest {

  private static final String GET = "GET /path HTTP/1.1\r\nHost: h\r\n\r\n";
  private static final int LONG = 1 << 20;

  @TempDir static Path folder;
  private static TestCertificates certificates;

  private final BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
  private final RecordingHandler webSocket =
      new RecordingHandler() {
        @Override
        public void onText(WsConnection from, String text) {
          from.send(text);
        }
      };
  private HttpServer server;
  private ServerTls tls;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = new TestCertificates(folder);
    certificates.make("ec", "san=ip:127.0.0.1,dns:broker.test");
    certificates.make("rsa", "san=ip:127.0.0.1", "RSA");
    certificates.make("ed", "san=ip:127.0.0.1", "Ed25519");
  }

  @AfterEach
  void leavesNoThread() {
    if (server != null) {
      server.close();
      assertTrue(server.isTerminated());
      assertEquals(0, server.addressesOfStrangers());
    }
  }

  private void start(String name) throws IOException {
    start(certificates.pem(name), certificates.key(name));
  }

  private void start(Path certificate, Path key) throws IOException {
    tls = ServerTls.load(certificate, key);
    server =
        HttpServer.start(
            HttpServerOptions.listeningOn("127.0.0.1", 0)
                .withTls(tls)
                .withTickPeriod(Duration.ZERO)
                .withRefusals((why, peer, words) -> refusals.add(why + " " + words)),
            exchange -> {
              if (exchange.request().path().equals("/ws")) {
                exchange.upgrade(
                    WsServerOptions.defaults().withMaxMessageBytes(2 * LONG), webSocket);
              } else {
                exchange.respond(200, "text/plain", "x".repeat(exchange.request().path().length()));
              }
            });
  }

  private Socket plainSocket() throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(60_000);
    socket.connect(server.address());
    return socket;
  }

  private SSLSocket socket(String trusted, String... protocols) throws Exception {
    return over(plainSocket(), trusted, protocols);
  }

  private static SSLSocket over(Socket plain, String trusted, String... protocols)
      throws Exception {
    var factory = certificates.trusting(trusted).getSocketFactory();
    SSLSocket socket = (SSLSocket) factory.createSocket(plain, "127.0.0.1", 1, true);
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    return socket;
  }

  private String refusal() throws InterruptedException {
    return String.valueOf(refusals.poll(60, TimeUnit.SECONDS));
  }

  private void echoes(String trusted, String protocol) throws Exception {
    start(trusted);
    SSLSocket socket = socket(trusted, protocol);
    try (RawClient client = new RawClient(socket).upgrade()) {
      assertEquals(protocol, socket.getSession().getProtocol());
      for (String text : List.of("short", "x".repeat(300), "y".repeat(LONG), "z")) {
        client.sendText(text);
        assertEquals("text " + text, client.next());
      }
    }
    server.close();
  }

  @Test
  void keysOfEveryKindServeBothVersions() throws Exception {
    for (String key : List.of("ec", "rsa", "ed")) {
      echoes(key, "TLSv1.3");
      echoes(key, "TLSv1.2");
    }
    assertEquals(List.of(), List.copyOf(refusals));
  }

  @Test
  void suitesWithoutForwardSecrecyAndOldVersionsAreRefused() throws Exception {
    start("rsa");
    try (SSLSocket socket = socket("rsa", "TLSv1.2")) {
      socket.setEnabledCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"});
      assertThrows(SSLException.class, socket::startHandshake);
    }
    assertTrue(refusal().startsWith("TLS "));
  }

  @Test
  void aHandshakeThatComesByteByByteIsOne() throws Exception {
    start("ec");
    Socket dripping =
        new Socket() {
          @Override
          public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()); // writes each byte by itself
          }
        };
    dripping.setTcpNoDelay(true);
    dripping.connect(server.address());
    try (RawClient client = new RawClient(over(dripping, "ec"))) {
      client.send(GET);
      assertEquals("xxxxx", client.answer().body());
    }
  }

  @Test
  void sessionsToResumeAreBoundedInNumberAndTimeUnderEveryCertificate() throws Exception {
    Path certificate = folder.resolve("sessions.pem");
    Path key = folder.resolve("sessions.key");
    copy("ec", certificate, key, 1);
    start(certificate, key);
    requireBounded(tls.sessions());
    SSLSessionContext before = tls.sessions();
    copy("rsa", certificate, key, 2);
    assertFalse(tls.reloadIfChanged());
    assertTrue(tls.reloadIfChanged());
    requireBounded(tls.sessions());
    assertNotSame(before, tls.sessions(), "nobody resumes under a certificate that was replaced");
  }

  private static void requireBounded(SSLSessionContext sessions) {
    assertEquals(ServerTls.MOST_SESSIONS, sessions.getSessionCacheSize());
    assertEquals(ServerTls.SESSIONS_LAST.toSeconds(), sessions.getSessionTimeout());
  }

  @Test
  void plainHttpAmidstAHandshakeIsNoRequest() throws Exception {
    start("ec");
    SSLEngine engine = certificates.trusting("ec").createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), hello);
    try (Socket socket = plainSocket()) {
      socket.getOutputStream().write(hello.array(), 0, hello.position());
      assertEquals(22, socket.getInputStream().read());
      socket.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
      assertEquals("TLS the peer does not speak TLS", refusal());
      String rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertFalse(rest.contains("HTTP/1.1"), "an answer in the clear amidst records");
    }
  }

  @Test
  void keysChangeWithoutANewConnection() throws Exception {
    start("ec");
    SSLSocket socket = socket("ec", "TLSv1.3");
    try (RawClient client = new RawClient(socket).upgrade()) {
      for (int i = 0; i < 3; i++) {
        client.sendText("before " + i);
        assertEquals("text before " + i, client.next());
        socket.startHandshake(); // in TLS 1.3 that is a change of keys
        client.sendText("after " + i);
        assertEquals("text after " + i, client.next());
      }
    }
  }

  @Test
  void nobodyRenegotiates() throws Exception {
    start("ec");
    SSLSocket socket = socket("ec", "TLSv1.2");
    try (RawClient client = new RawClient(socket).upgrade()) {
      client.sendText("a");
      assertEquals("text a", client.next());
      assertThrows(
          IOException.class,
          () -> {
            socket.startHandshake();
            client.sendText("b");
            client.next();
          });
    }
    assertEquals("closed 1006 the peer wants to renegotiate", webSocket.next("closed"));
  }

  @Test
  void aPeerHearsThatTheStreamEndsAsItShould() throws Exception {
    start("ec");
    for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
      try (RawClient client = new RawClient(socket("ec", protocol))) {
        client.send("GET /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        assertEquals("xx", client.answer().body());
        assertTrue(client.isAtEnd());
      }
    }
  }

  @Test
  void whoSpeaksPlainHttpIsToldWhatToDo() throws Exception {
    start("ec");
    try (RawClient client = new RawClient(plainSocket())) {
      client.send(GET);
      assertEquals(400, client.answer().status());
    }
    assertEquals("TLS the peer does not speak TLS", refusal());
  }

  @Test
  void garbageIsNoHandshakeAndLeavesNothing() throws Exception {
    start("ec");
    byte[][] all = {
      {0, 1, 2, 3, 4, 5}, {22, 3, 1, 0, 4, 9, 0, 0, 0}, {22, 3, 3, -1, -1}, {-128, 46, 1}
    };
    for (byte[] bytes : all) {
      try (Socket socket = plainSocket()) {
        socket.getOutputStream().write(bytes);
        assertTrue(refusal().startsWith("TLS "));
        // Up to the alert that says why, if there is one.
        socket.getInputStream().readAllBytes();
      }
    }
  }

  @Test
  void whoSaysNothingIsCutOffAfterTheTimeForAHead() throws Exception {
    start("ec");
    try (Socket socket = plainSocket()) {
      Deadline bound = Deadline.in(Duration.ofSeconds(60));
      while (server.connections() == 0 && !bound.passed()) {
        Waiting.step();
      }
      socket.getOutputStream().write(new byte[] {22, 3, 1}); // and no more
      server.tick(Duration.ofSeconds(11));
      assertEquals(-1, socket.getInputStream().read());
    }
    assertEquals("SLOW nothing was asked in 10 s", refusal());
  }

  @Test
  void aPeerThatLeavesDuringTheHandshakeIsNoFailure() throws Exception {
    start("ec");
    try (Socket socket = plainSocket()) {
      socket.getOutputStream().write(22);
    }
    try (RawClient client = new RawClient(socket("ec"))) {
      client.send(GET);
      assertEquals(200, client.answer().status());
    }
    server.close();
    assertEquals(List.of(), List.copyOf(refusals));
  }

  private String shown(String trusted) throws Exception {
    try (SSLSocket socket = socket(trusted)) {
      socket.startHandshake();
      X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return certificate.getSubjectX500Principal().getName();
    }
  }

  private static void copy(String name, Path certificate, Path key, int age) throws IOException {
    for (Path[] pair :
        List.of(
            new Path[] {certificates.pem(name), certificate},
            new Path[] {certificates.key(name), key})) {
      Files.copy(pair[0], pair[1], StandardCopyOption.REPLACE_EXISTING);
      Files.setLastModifiedTime(pair[1], FileTime.fromMillis(1_000_000L + age));
    }
  }

  @Test
  void newConnectionsGetTheNewCertificateAndOldOnesStay() throws Exception {
    Path certificate = folder.resolve("live.pem");
    Path key = folder.resolve("live.key");
    copy("ec", certificate, key, 1);
    start(certificate, key);
    assertFalse(tls.reloadIfChanged());
    try (RawClient old = new RawClient(socket("ec")).upgrade()) {
      assertEquals("CN=ec", shown("ec"));
      copy("rsa", certificate, key, 2);
      assertFalse(tls.reloadIfChanged(), "they may still be written");
      assertTrue(tls.reloadIfChanged());
      assertFalse(tls.reloadIfChanged());
      assertEquals("CN=rsa", shown("rsa"));
      old.sendText("still here");
      assertEquals("text still here", old.next());
    }
    Files.writeString(
        key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n-----END ENCRYPTED PRIVATE KEY-----");
    Files.setLastModifiedTime(key, FileTime.fromMillis(3));
    assertFalse(tls.reloadIfChanged());
    assertFalse(tls.reloadIfChanged());
    assertEquals("CN=rsa", shown("rsa"));
    Files.delete(certificate);
    assertFalse(tls.reloadIfChanged());
    assertFalse(tls.reloadIfChanged());
    assertEquals("CN=rsa", shown("rsa"));
    copy("ec", certificate, key, 4);
    assertFalse(tls.reloadIfChanged());
    assertTrue(tls.reloadIfChanged());
    assertEquals("CN=ec", shown("ec"));
  }

  @Test
  void knowsWhomItsCertificateIsFor() throws Exception {
    start("ec");
    assertEquals(List.of("127.0.0.1", "broker.test"), tls.names());
    assertTrue(tls.expires().isAfter(java.time.Instant.now()));
  }

  @Test
  void anotherImplementationSpeaksWithIt() throws Exception {
    Path openssl = Path.of("/usr/bin/openssl");
    assumeTrue(Files.isExecutable(openssl), "no openssl here");
    start("ec");
    InetSocketAddress address = server.address();
    for (String version : List.of("-tls1_2", "-tls1_3")) {
      Process client =
          new ProcessBuilder(
                  openssl.toString(),
                  "s_client",
                  "-quiet",
                  "-verify_return_error",
                  "-verify_ip",
                  "127.0.0.1",
                  version,
                  "-CAfile",
                  certificates.pem("ec").toString(),
                  "-connect",
                  InetAddress.getLoopbackAddress().getHostAddress() + ":" + address.getPort())
              .redirectErrorStream(true)
              .start();
      client
          .getOutputStream()
          .write(
              "GET /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      client.getOutputStream().flush();
      String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      client.destroyForcibly();
      assertTrue(said.contains("HTTP/1.1 200 OK") && said.endsWith("\r\n\r\nxx"), said);
    }
  }
}
