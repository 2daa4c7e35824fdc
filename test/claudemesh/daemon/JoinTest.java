package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.http.HttpRequest;
import claudemesh.http.HttpServer;
import claudemesh.http.HttpServerOptions;
import claudemesh.json.Json;
import claudemesh.lifecycle.JdkTransport;
import claudemesh.lifecycle.TlsSettings;
import claudemesh.protocol.Invite;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Joining, against a server that answers as each test wants. */
final class JoinTest {

  private static final Ed25519KeyPair OWNER = Ed25519KeyPair.fromSeedHex("01".repeat(32));
  private static final Ed25519KeyPair KEYS = Ed25519KeyPair.fromSeedHex("02".repeat(32));
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final BlockingQueue<HttpRequest> requests = new LinkedBlockingQueue<>();
  private final JdkTransport transport = new JdkTransport(TlsSettings.DEFAULT, Map.of());
  private HttpServer server;
  private int status = 200;
  private String answer = "{\"ok\":true,\"memberId\":\"m1\"}";
  private Map<String, String> headers = Map.of();

  @BeforeEach
  void listen() throws IOException {
    server =
        HttpServer.start(
            HttpServerOptions.listeningOn("127.0.0.1", 0),
            exchange -> {
              requests.add(exchange.request());
              exchange.respond(status, "application/json", answer, headers);
            });
  }

  @AfterEach
  void close() {
    server.close();
    transport.close();
  }

  @Test
  void aGoodInviteIsSentOnceAndBecomesAMesh() throws Exception {
    Invite invite = invite(NOW.plusSeconds(60));

    JoinedMesh mesh = Join.join(invite.link(), KEYS, "alice", NOW, transport);

    assertEquals("m1", mesh.memberId());
    assertEquals("mesh-id", mesh.meshId());
    assertEquals("team", mesh.slug());
    assertEquals(KEYS, mesh.keys());
    assertEquals(invite.brokerUrl(), mesh.brokerUrl());
    HttpRequest request = requests.remove();
    assertEquals("POST /join", request.method() + " " + request.path());
    Json body = Json.parseObject(request.body());
    assertEquals(invite.token(), body.string("invite_token"));
    assertEquals(invite.encode(), body.get("invite_payload").orElseThrow());
    assertEquals(KEYS.publicHex(), body.string("peer_pubkey"));
    assertEquals("alice", body.string("display_name"));
    assertTrue(requests.isEmpty());
  }

  @Test
  void aBadInviteIsNeverSent() {
    Invite good = invite(NOW.plusSeconds(60));
    Invite forged =
        new Invite(
            good.meshId(),
            "other",
            good.brokerUrl(),
            good.expiresAt(),
            good.meshRootKey(),
            good.role(),
            good.ownerPubkey(),
            good.signature());
    assertRefused(JoinException.Kind.BAD_INVITE, "this is no invite link", "nonsense");
    assertRefused(
        JoinException.Kind.BAD_INVITE,
        "the invite to team cannot be used: it expired",
        invite(NOW).link());
    assertRefused(
        JoinException.Kind.BAD_INVITE,
        "the invite to other cannot be used: its signature",
        forged.link());
    assertTrue(requests.isEmpty());
  }

  @Test
  void theBrokersRefusalIsWorded() {
    status = 400;
    for (String error :
        new String[] {
          "invite_expired", "invite_exhausted", "invite_revoked", "mesh_not_found", "something_new"
        }) {
      answer = "{\"ok\":false,\"error\":\"" + error + "\"}";
      var failure = failure(invite(NOW.plusSeconds(60)).link());
      assertEquals(JoinException.Kind.REFUSED, failure.kind());
      assertTrue(failure.getMessage().startsWith("the broker of team refused: "));
      assertTrue(failure.getMessage().contains(error), failure.getMessage());
    }
  }

  @Test
  void aRedirectIsNotFollowed() {
    status = 307;
    answer = "";
    headers = Map.of("Location", "http://127.0.0.1:" + server.address().getPort() + "/elsewhere");
    assertRefused(
        JoinException.Kind.UNREACHABLE,
        "what listens at the invite's address is no broker: it answered HTTP 307",
        invite(NOW.plusSeconds(60)).link());
    assertEquals(1, requests.size());
  }

  @Test
  void anAnswerOfSomethingElseIsNoBroker() {
    answer = "<html>";
    assertRefused(
        JoinException.Kind.UNREACHABLE, "what listens", invite(NOW.plusSeconds(60)).link());
    answer = "{\"ok\":true}";
    assertRefused(
        JoinException.Kind.UNREACHABLE,
        "the broker's answer has no memberId",
        invite(NOW.plusSeconds(60)).link());
  }

  @Test
  void aBrokerThatIsAwayIsToldApart() {
    Invite invite = invite(NOW.plusSeconds(60));
    server.close();
    var failure = failure(invite.link());
    assertEquals(JoinException.Kind.UNREACHABLE, failure.kind());
    assertTrue(failure.getMessage().contains("connection refused"), failure.getMessage());
  }

  @Test
  void theAddressFollowsTheSocketsOwn() throws Exception {
    assertEquals(URI.create("http://h:1/join"), addressFor("ws://h:1/ws"));
    assertEquals(URI.create("https://h/join"), addressFor("wss://h/ws"));
    assertEquals(URI.create("https://h/mesh/join"), addressFor("wss://h/mesh/ws/"));
    assertEquals(URI.create("https://h/join"), addressFor("wss://h"));
  }

  private static URI addressFor(String brokerUrl) throws JoinException {
    return Join.joinAddress(
        new Invite("mesh-id", "team", brokerUrl, 0, "root", "member", OWNER.publicHex(), ""));
  }

  private void assertRefused(JoinException.Kind kind, String start, String link) {
    var failure = failure(link);
    assertEquals(kind, failure.kind());
    assertTrue(failure.getMessage().startsWith(start), failure.getMessage());
  }

  private JoinException failure(String link) {
    return assertThrows(JoinException.class, () -> Join.join(link, KEYS, "alice", NOW, transport));
  }

  private Invite invite(Instant expires) {
    String url = "ws://127.0.0.1:" + server.address().getPort() + "/ws";
    return new Invite(
            "mesh-id",
            "team",
            url,
            expires.getEpochSecond(),
            "root",
            "member",
            OWNER.publicHex(),
            "")
        .signedBy(OWNER);
  }
}
