package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.lifecycle.TestCertificates;
import claudemesh.lifecycle.TestProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Joining over TLS, and through proxies: the way that the connecting verbs go. */
final class JoinTlsTest {

  @TempDir static Path certificateFolder;
  private static TestCertificates certificates;

  @TempDir Path dir;
  private TlsScene scene;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = new TestCertificates(certificateFolder);
    certificates.make("broker", "san=ip:127.0.0.1,dns:localhost");
  }

  @BeforeEach
  void aBrokerWithACertificateOfItsOwn() throws Exception {
    scene = new TlsScene(dir, certificates, "broker");
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private boolean hasJoined() {
    return Files.exists(dir.resolve("bob/config.json"));
  }

  @Test
  void aBrokerOfOnesOwnCaIsJoinedWithCa() {
    var result = scene.bob.runWith(scene.link(), "join", "-", "--ca", scene.ca("broker"), "--json");

    assertEquals(0, result.code(), result.err());
    assertEquals(scene.url(), result.json().string("brokerUrl"));
    assertTrue(hasJoined());
    var peers = scene.bob.run("peer", "list", "--ca", scene.ca("broker"));
    assertEquals(0, peers.code(), peers.err());
  }

  @Test
  void withoutItTheBrokerIsNotTrustedAndTheFlagIsNamed() {
    var result = scene.bob.runWith(scene.link(), "join", "-");

    assertEquals(4, result.code());
    assertTrue(result.complaint().contains("--ca FILE"), result.complaint());
    assertFalse(hasJoined());
  }

  @Test
  void aFileThatIsNoCertificateIsNamedBeforeAnythingIsSent() throws Exception {
    Path garbage = Files.writeString(dir.resolve("garbage.pem"), "hello");

    var result = scene.bob.runWith(scene.link(), "join", "-", "--ca", garbage.toString());

    assertEquals(1, result.code());
    assertTrue(result.complaint().contains(garbage.toString()), result.complaint());
  }

  @Test
  void theProxyOfTheEnvironmentIsGoneThrough() throws Exception {
    try (TestProxy proxy = TestProxy.start("user:secret")) {
      scene.bob.with("https_proxy", "http://user:secret@127.0.0.1:" + proxy.port());

      var result = scene.bob.runWith(scene.link(), "join", "-", "--ca", scene.ca("broker"));

      assertEquals(0, result.code(), result.err());
      assertEquals(List.of("127.0.0.1:" + scene.port()), proxy.tunnels());
    }
  }

  @Test
  void aProxyThatWantsOtherCredentialsIsToldFromTheBroker() throws Exception {
    try (TestProxy proxy = TestProxy.start("user:secret")) {
      for (String credentials : List.of("", "user:wrong@")) {
        scene.bob.with("https_proxy", "http://" + credentials + "127.0.0.1:" + proxy.port());

        var result = scene.bob.runWith(scene.link(), "join", "-", "--ca", scene.ca("broker"));

        assertEquals(4, result.code(), result.toString());
        assertTrue(result.complaint().contains("HTTP 407"), result.complaint());
        assertFalse(result.complaint().contains("wrong"), result.complaint());
      }
      assertEquals(List.of(), proxy.tunnels());
    }
  }

  @Test
  void aProxyThatOpensNoTunnelIsToldFromTheBroker() throws Exception {
    try (AnsweringServer proxy =
        AnsweringServer.start(head -> AnsweringServer.http("502 Bad Gateway", "", "no route"))) {
      scene.bob.with("https_proxy", "http://127.0.0.1:" + proxy.port());

      var result = scene.bob.runWith(scene.link(), "join", "-", "--ca", scene.ca("broker"));

      assertEquals(4, result.code(), result.toString());
      assertTrue(result.complaint().contains("proxy answered HTTP 502"), result.complaint());
    }
  }

  @Test
  void aProxyThatCannotBeUsedIsRefusedAndNotGoneRound() {
    scene.bob.with("https_proxy", "socks5://127.0.0.1:1080");

    var result = scene.bob.runWith(scene.link(), "join", "-", "--ca", scene.ca("broker"));

    assertEquals(4, result.code());
    assertTrue(result.complaint().contains("SOCKS"), result.complaint());
    assertFalse(hasJoined());
  }
}
