package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.lifecycle.Ending.ConnectStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS for real: whom we trust, and who we say we are. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TlsSocketsTest {

  @TempDir static Path folder;
  private static TestCertificates certificates;
  private static Path server;
  private static Path elsewhere;
  private static Path client;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = new TestCertificates(folder);
    server = certificates.make("server", "san=ip:127.0.0.1,dns:localhost");
    elsewhere = certificates.make("elsewhere", "san=dns:elsewhere.test");
    client = certificates.make("client", "san=dns:client.test");
  }

  private static TlsSettings trusting(String name) {
    return new TlsSettings(Optional.of(certificates.pem(name)), Optional.empty(), "");
  }

  private static Live live(RawServer peer, JdkTransport transport) {
    Live live = new Live(peer.url());
    live.options.transport(transport);
    return live;
  }

  /** Opens, or says how the first attempt failed. */
  private static Optional<Ending> failure(TlsSettings settings, Path shown, Path clients)
      throws Exception {
    try (JdkTransport transport = new JdkTransport(settings, Map.of());
        RawServer peer =
            RawServer.startTls(
                TestCertificates.server(shown, clients), each -> each.open().closeAsAsked());
        Live live = live(peer, transport).start()) {
      if (live.awaitEither("open", "disconnect").startsWith("open")) {
        return Optional.empty();
      }
      return Optional.of(live.endings().getFirst());
    }
  }

  @Test
  void L26_aServerOfOurOwnIsTrustedWithItsCaFile() throws Exception {
    assertEquals(Optional.empty(), failure(trusting("server"), server, null));
  }

  @Test
  void L26_anUntrustedServerIsRefusedAndTriedAgainSlowly() throws Exception {
    Ending ending = failure(TlsSettings.DEFAULT, server, null).orElseThrow();
    var failed = assertInstanceOf(Ending.ConnectFailed.class, ending);
    assertEquals(ConnectStep.UNTRUSTED, failed.kind());
    assertTrue(failed.words().contains("--ca"), failed.words());
    assertEquals(Decision.RETRY_SLOWLY, Decision.about(ending, RetryRule.PLAIN));
  }

  @Test
  void aCaFileReplacesTheSystemsTrust() throws Exception {
    Ending ending = failure(trusting("client"), server, null).orElseThrow();
    assertEquals(
        ConnectStep.UNTRUSTED, assertInstanceOf(Ending.ConnectFailed.class, ending).kind());
  }

  @Test
  void aTrustedCertificateForAnotherHostIsRefused() throws Exception {
    Ending ending = failure(trusting("elsewhere"), elsewhere, null).orElseThrow();
    assertEquals(
        ConnectStep.UNTRUSTED, assertInstanceOf(Ending.ConnectFailed.class, ending).kind());
  }

  @Test
  void L26_aClientCertificateIsShownToAServerThatAsks() throws Exception {
    TlsSettings with =
        new TlsSettings(
            Optional.of(certificates.pem("server")),
            Optional.of(client),
            TestCertificates.PASSWORD);
    assertEquals(Optional.empty(), failure(with, server, client));
    assertTrue(failure(trusting("server"), server, client).isPresent(), "let in without one");
  }

  @Test
  void aPlainServerIsNoTlsServer() throws Exception {
    try (JdkTransport transport = new JdkTransport(trusting("server"), Map.of());
        RawServer plain = RawServer.start(peer -> peer.write("HTTP/1.1 400 Bad\r\n\r\n"));
        Live live = new Live("wss://127.0.0.1:" + plain.port() + "/")) {
      live.options.transport(transport);
      live.start();
      Ending ending = live.awaitEnding();
      assertEquals(ConnectStep.TLS, assertInstanceOf(Ending.ConnectFailed.class, ending).kind());
      assertEquals(Decision.RETRY, Decision.about(ending, RetryRule.PLAIN));
    }
  }

  @Test
  void filesThatCannotBeUsedAreNamedBeforeAnythingStarts() throws Exception {
    Path empty = Files.createFile(folder.resolve("empty.pem"));
    Path missing = folder.resolve("missing.pem");
    Path garbage = Files.writeString(folder.resolve("garbage.pem"), "-----BEGIN CERT\nx");
    for (Path bad : List.of(empty, missing, garbage)) {
      var asCa = new TlsSettings(Optional.of(bad), Optional.empty(), "");
      var asClient = new TlsSettings(Optional.empty(), Optional.of(bad), "");
      for (TlsSettings settings : List.of(asCa, asClient)) {
        var refusal =
            assertThrows(
                IllegalArgumentException.class, () -> new JdkTransport(settings, Map.of()));
        assertTrue(refusal.getMessage().contains(bad.toString()), refusal.getMessage());
      }
    }
    var wrongPassword = new TlsSettings(Optional.empty(), Optional.of(client), "wrong secret");
    var refusal =
        assertThrows(
            IllegalArgumentException.class, () -> new JdkTransport(wrongPassword, Map.of()));
    assertFalse(refusal.getMessage().contains("wrong secret"), refusal.getMessage());
    assertFalse(wrongPassword.toString().contains("wrong secret"));
  }
}
