package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.time.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The way to a server, a step at a time, to servers that behave and to others. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WayTest {

  private static final Duration PATIENCE = Duration.ofSeconds(50);

  @TempDir Path dir;

  private static Deadline soon() {
    return Deadline.in(PATIENCE);
  }

  private static Way to(String url, Map<String, String> environment) {
    return Way.to(url, TlsSettings.DEFAULT, environment);
  }

  private static Way to(RawServer server) {
    return to(server.url(), Map.of());
  }

  private static HttpAnswer answerTo(String text, boolean bytewise) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    RawServer.Script script =
        peer -> {
          peer.request();
          if (bytewise) {
            for (byte each : bytes) {
              peer.write(each);
            }
          } else {
            peer.write(bytes);
          }
          peer.fin();
          peer.awaitEnd();
        };
    try (RawServer server = RawServer.start(script)) {
      return to(server).ask("health", soon());
    }
  }

  private static String failureOf(String text) {
    return assertThrows(IOException.class, () -> answerTo(text, false)).getMessage();
  }

  @Test
  void anAnswerIsReadWholeAsByteByByte() throws Exception {
    String text =
        "HTTP/1.1 503 Gone for lunch\r\nDate: x\r\nServer:  y \r\nserver: z\r\nbroken\r\n\r\n";
    for (boolean bytewise : new boolean[] {false, true}) {
      HttpAnswer answer = answerTo(text, bytewise);
      assertEquals(503, answer.status());
      assertEquals("HTTP 503 Gone for lunch", answer.words());
      assertEquals(Optional.of("y"), answer.header("Server"));
      assertEquals(Optional.of("x"), answer.header("DATE"));
      assertEquals(Optional.empty(), answer.header("broken"));
    }
    HttpAnswer withBody = answerTo("HTTP/1.0 404\r\n\r\n\r\n  not\nhere", false);
    assertEquals("HTTP 404: not", withBody.words());
  }

  @Test
  void whatIsNoAnswerIsToldByWhatCame() {
    assertEquals("it closed the connection without an answer", failureOf(""));
    assertEquals("what it answered is no HTTP: \"220 smtp\"", failureOf("220 smtp\r\nx"));
    assertEquals("what it answered is no HTTP: \"HTTP/2 200\"", failureOf("HTTP/2 200\r\n\r\n"));
    assertEquals(
        "it closed the connection within its answer: \"HTTP/1.1 200 OK\"",
        failureOf("HTTP/1.1 200 OK\r\nDate"));
    assertTrue(failureOf("HTTP/1.1 200 " + "x".repeat(70_000)).startsWith("what it answered is"));
  }

  @Test
  void aConnectionThatIsCutIsTold() throws Exception {
    RawServer.Script cut =
        peer -> {
          peer.request();
          peer.reset();
        };
    try (RawServer server = RawServer.start(cut)) {
      String why = assertThrows(IOException.class, () -> to(server).upgrade(soon())).getMessage();
      assertTrue(why.startsWith("the connection broke: "), why);
    }
  }

  @Test
  void aServerThatWantsACertificateOfOursIsTold() throws Exception {
    TestCertificates certificates = new TestCertificates(dir);
    Path store = certificates.make("server", "san=ip:127.0.0.1");
    TlsSettings trusting =
        new TlsSettings(Optional.of(certificates.pem("server")), Optional.empty(), "");
    try (RawServer server =
        RawServer.startTls(TestCertificates.server(store, store), RawPeer::awaitEnd)) {
      Way way = Way.to(server.url(), trusting, Map.of());
      String why = assertThrows(IOException.class, () -> way.upgrade(soon())).getMessage();
      assertTrue(why.contains("certificate"), why);
    }
  }

  @Test
  void silenceEndsWithTheDeadline() throws Exception {
    try (RawServer server = RawServer.start(RawPeer::awaitEnd)) {
      Deadline past = Deadline.in(Duration.ZERO);
      String why = assertThrows(IOException.class, () -> to(server).upgrade(past)).getMessage();
      assertTrue(why.contains("no answer in time"), why);
    }
  }

  @Test
  void anUpgradeIsAskedForAndTakenLeaveOf() throws Exception {
    RawServer.Script script =
        peer -> {
          assertEquals("GET /ws HTTP/1.1", peer.request().lines().findFirst().orElseThrow());
          assertEquals("13", peer.header("Sec-WebSocket-Version"));
          peer.upgrade();
          assertEquals(1001, peer.read().closeCode());
          peer.awaitEnd();
        };
    try (RawServer server = RawServer.start(script)) {
      assertEquals(101, to(server).upgrade(soon()).status());
    }
  }

  @Test
  void whatStandsBesideTheWebSocketIsAskedForBesideIt() throws Exception {
    for (String path : List.of("/mesh/ws", "/mesh/ws/", "/mesh", "/mesh/ws?x=1")) {
      RawServer.Script script =
          peer -> {
            assertTrue(peer.request().startsWith("GET /mesh/health HTTP/1.1\r\n"), peer.request());
            peer.answer("204 No Content", "");
          };
      try (RawServer server = RawServer.start(script)) {
        String url = "ws://127.0.0.1:" + server.port() + path;
        assertEquals(204, to(url, Map.of()).ask("health", soon()).status());
      }
    }
  }

  @Test
  void aNameIsLookedUpAndOneWithoutAnAddressIsToldInTime() throws Exception {
    assertEquals(List.of(InetAddress.getByName("127.0.0.1")), Way.resolve("127.0.0.1", soon()));
    Deadline past = Deadline.in(Duration.ZERO);
    assertThrows(IOException.class, () -> Way.resolve("no-such-host.invalid", past));
  }

  @Test
  void aPortNobodyListensAtIsTold() throws Exception {
    InetAddress here = InetAddress.getByName("127.0.0.1");
    int port = RawServer.freePort();
    String why = assertThrows(IOException.class, () -> Way.reach(here, port, soon())).getMessage();
    assertTrue(why.startsWith("connection refused"), why);
  }

  @Test
  void theProxyIsNamedWithItsVariableAndItsCredentialsAreForItAlone() throws Exception {
    ProxyScript script = new ProxyScript("user:se cret");
    try (RawServer target = RawServer.start(peer -> peer.upgrade().awaitEnd());
        RawServer proxy = RawServer.start(script)) {
      String address = "http://user:se%20cret@127.0.0.1:" + proxy.port();
      Way way = to(target.url(), Map.of("ALL_PROXY", address));

      NamedProxy named = way.proxy().orElseThrow();
      assertEquals(new NamedProxy("ALL_PROXY", "127.0.0.1", proxy.port(), true), named);
      assertFalse(named.toString().contains("cret"));
      assertEquals(200, way.tunnel(soon()).status());
      assertEquals(101, way.upgrade(soon()).status());
      assertEquals(2, script.tunnels().size());

      Way without = to(target.url(), Map.of("http_proxy", "127.0.0.1:" + proxy.port()));
      assertEquals(407, without.tunnel(soon()).status());
      String why = assertThrows(IOException.class, () -> without.upgrade(soon())).getMessage();
      assertTrue(why.startsWith("the proxy answered HTTP 407"), why);
    }
  }

  @Test
  void anExceptionIsToldWithTheVariableItIsOneFrom() {
    Map<String, String> both = Map.of("http_proxy", "p:1", "no_proxy", "h");
    assertEquals(Optional.of("http_proxy"), to("ws://h/ws", both).exceptedFrom());
    assertEquals(Optional.empty(), to("ws://h/ws", both).proxy());
    assertEquals(Optional.empty(), to("wss://h/ws", both).exceptedFrom());
    assertEquals(Optional.empty(), to("ws://other/ws", both).exceptedFrom());
  }

  @Test
  void addressesHaveTheirPortsAndHostsNoBrackets() {
    assertEquals(443, to("wss://h/ws", Map.of()).port());
    assertEquals(80, to("ws://h/ws", Map.of()).port());
    assertEquals("::1", to("ws://[::1]:7/ws", Map.of()).host());
    assertEquals(7, to("ws://[::1]:7/ws", Map.of()).port());
    assertThrows(IllegalArgumentException.class, () -> to("http://h/", Map.of()));
  }

  @Test
  void aHandshakeShowsTheChainWhetherTrustedOrNot() throws Exception {
    TestCertificates certificates = new TestCertificates(dir);
    Path store = certificates.make("server", "san=ip:127.0.0.1");
    TlsSettings trusting =
        new TlsSettings(Optional.of(certificates.pem("server")), Optional.empty(), "");
    try (RawServer server =
        RawServer.startTls(TestCertificates.server(store, null), RawPeer::awaitEnd)) {
      TlsFacts stranger = to(server).secure(soon());
      assertEquals(TlsFacts.Kind.UNTRUSTED, stranger.trouble().orElseThrow().kind());
      assertEquals(1, stranger.chain().size());

      TlsFacts trusted = Way.to(server.url(), trusting, Map.of()).secure(soon());
      assertEquals(Optional.empty(), trusted.trouble());
      assertEquals("TLSv1.3", trusted.protocol());
      assertEquals(stranger.chain(), trusted.chain());
    }
  }

  @Test
  void aServerWithoutTlsIsTold() throws Exception {
    try (RawServer plain = RawServer.start(peer -> peer.write("HTTP/1.1 400 Bad\r\n\r\n"))) {
      TlsFacts facts = to("wss://127.0.0.1:" + plain.port() + "/ws", Map.of()).secure(soon());
      TlsFacts.Trouble trouble = facts.trouble().orElseThrow();
      assertEquals(TlsFacts.Kind.NO_HANDSHAKE, trouble.kind());
      assertEquals("what it answered is no TLS", trouble.words());
      assertEquals(List.of(), facts.chain());
    }
  }
}
