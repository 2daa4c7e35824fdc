package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.lifecycle.Ending.ConnectStep;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Proxies: those we go through, those we refuse, and when we go round them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ProxySocketsTest {

  private static Optional<URI> proxyFor(String target, Map<String, String> environment) {
    return new ProxySettings(environment).proxyFor(URI.create(target));
  }

  @Test
  void L26_aProxyOfTheEnvironmentIsUsed() throws Exception {
    ProxyScript script = new ProxyScript(null);
    try (RawServer target = RawServer.start(peer -> peer.open().closeAsAsked());
        RawServer proxy = RawServer.start(script)) {
      String address = "http://127.0.0.1:" + proxy.port();
      try (JdkTransport transport =
              new JdkTransport(TlsSettings.DEFAULT, Map.of("http_proxy", address));
          Live live = new Live(target.url())) {
        live.options.transport(transport);
        live.open();
        assertEquals(List.of("127.0.0.1:" + target.port()), script.tunnels());
      }
    }
  }

  @Test
  void aHostOfNoProxyIsReachedDirectly() throws Exception {
    ProxyScript script = new ProxyScript(null);
    try (RawServer target = RawServer.start(peer -> peer.open().closeAsAsked());
        RawServer proxy = RawServer.start(script)) {
      Map<String, String> environment =
          Map.of("http_proxy", "127.0.0.1:" + proxy.port(), "no_proxy", "other, 127.0.0.1");
      try (JdkTransport transport = new JdkTransport(TlsSettings.DEFAULT, environment);
          Live live = new Live(target.url())) {
        live.options.transport(transport);
        live.open();
        assertEquals(List.of(), script.tunnels());
      }
    }
  }

  @Test
  void aProxyThatWantsCredentialsWeDoNotHaveIsNamedAndTriedSlowly() throws Exception {
    try (RawServer proxy = RawServer.start(new ProxyScript("user:secret"))) {
      String address = "http://127.0.0.1:" + proxy.port();
      try (JdkTransport transport =
              new JdkTransport(TlsSettings.DEFAULT, Map.of("http_proxy", address));
          Live live = new Live("ws://127.0.0.1:1/ws")) {
        live.options.transport(transport);
        live.start();
        Ending ending = live.awaitEnding();
        assertEquals(
            ConnectStep.PROXY, assertInstanceOf(Ending.ConnectFailed.class, ending).kind());
        assertTrue(ending.words().contains("https_proxy"), ending.words());
        assertEquals(Decision.RETRY_SLOWLY, Decision.about(ending, RetryRule.PLAIN));
      }
    }
  }

  @Test
  void aProxyThatCannotReachTheTargetIsToldFromTheTarget() throws Exception {
    try (RawServer proxy = RawServer.start(peer -> peer.answer("502 Bad Gateway", "no route"))) {
      String address = "http://127.0.0.1:" + proxy.port();
      try (JdkTransport transport =
              new JdkTransport(TlsSettings.DEFAULT, Map.of("http_proxy", address));
          Live live = new Live("ws://127.0.0.1:1/ws")) {
        live.options.transport(transport);
        live.start();
        Ending ending = live.awaitEnding();
        assertEquals(Decision.RETRY, Decision.about(ending, RetryRule.PLAIN), ending::words);
        assertFalse(ending.words().contains("null"), ending.words());
      }
    }
  }

  @Test
  void L26_aSocksProxyIsRefusedBeforeAnythingStarts() {
    for (String name : List.of("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")) {
      var transport =
          new JdkTransport(TlsSettings.DEFAULT, Map.of(name, "socks5://user:secret@host:1080"));
      try (transport) {
        String message = refusal("ws://fake.test/", transport);
        assertTrue(message.contains("SOCKS"), message);
        assertFalse(message.contains("secret"), message);
      }
    }
    System.setProperty("socksProxyHost", "localhost");
    try {
      assertTrue(refusal("ws://fake.test/", Live.DIRECT).contains("SOCKS"));
    } finally {
      System.clearProperty("socksProxyHost");
    }
  }

  private static String refusal(String url, Transport transport) {
    return assertThrows(
            IllegalArgumentException.class, () -> WsOptions.json(url).transport(transport).build())
        .getMessage();
  }

  @Test
  void theVariablesAreReadAsOtherToolsReadThem() {
    Map<String, String> both = Map.of("http_proxy", "a:1", "https_proxy", "http://b:2/");
    assertEquals(Optional.of(URI.create("http://a:1")), proxyFor("ws://x/", both));
    assertEquals(Optional.of(URI.create("http://b:2/")), proxyFor("wss://x/", both));
    Map<String, String> cases = Map.of("HTTP_PROXY", "upper:1", "http_proxy", "lower:1");
    assertEquals("lower", proxyFor("ws://x/", cases).orElseThrow().getHost());
    assertEquals("all", proxyFor("wss://x/", Map.of("ALL_PROXY", "all:3")).orElseThrow().getHost());
    assertEquals(Optional.empty(), proxyFor("ws://x/", Map.of("https_proxy", "b:2")));
    assertEquals(Optional.empty(), proxyFor("ws://x/", Map.of("http_proxy", "  ")));
    for (String bad : List.of("ftp://x:1", "https://x:1", "http://", "http://a b")) {
      assertThrows(
          IllegalArgumentException.class, () -> proxyFor("ws://x/", Map.of("http_proxy", bad)));
    }
  }

  @Test
  void noProxyMatchesHostsAndDomains() {
    for (String all :
        List.of("*", "fake.test", ".test", "*.test", "test", "a,fake.test", "FAKE.test")) {
      assertEquals(Optional.empty(), proxyFor("ws://fake.test/", noProxy(all)), all);
    }
    for (String none : List.of("", "ke.test", "fake.tes", "a.fake.test", "x, y")) {
      assertTrue(proxyFor("ws://fake.test/", noProxy(none)).isPresent(), none);
    }
  }

  private static Map<String, String> noProxy(String hosts) {
    return Map.of("http_proxy", "proxy:1", "no_proxy", hosts);
  }
}
