package claudemesh.cli;

import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.SessionBrokerClient;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.protocol.Group;
import claudemesh.protocol.ParentAttestation;
import claudemesh.protocol.PeerDetails;
import claudemesh.protocol.SigningTexts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Peers who say and do what no verb does: agents with models, and one who forges. */
final class OutputPeers {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private OutputPeers() {}

  /** A session called {@code agent} in the group dev, as agents' own clients present themselves. */
  static SessionBrokerClient agent(JoinedMesh mesh) throws Exception {
    PeerDetails said =
        new PeerDetails(
            Optional.of("agent"),
            Optional.of("host"),
            Optional.of("ai"),
            Optional.of("tests"),
            Optional.of("model-1"),
            List.of(new Group("dev", Optional.of("lead"))),
            Optional.empty());
    SessionBrokerClient agent =
        SessionBrokerClient.start(
            Meshes.membership(mesh),
            Ed25519KeyPair.generate(),
            ClientOptions.defaults().withDetails(said).withSessionId("agent"),
            new ClientListener() {});
    agent.awaitOpen(PATIENCE);
    agent.requests().setStats(Json.parse("{\"messages\":3}")).get();
    return agent;
  }

  /** A registration with a key of the program's own, which the member vouches for. */
  static Json registration(JoinedMesh mesh, String token) throws Exception {
    Ed25519KeyPair keys = Ed25519KeyPair.generate();
    Ed25519KeyPair member = Meshes.membership(mesh).keys();
    ParentAttestation minted = ParentAttestation.mint(member, keys.publicHex(), Instant.now());
    Json attestation =
        Json.object()
            .put("session_pubkey", minted.sessionPubkey())
            .put("parent_member_pubkey", minted.parentMemberPubkey())
            .put("expires_at", minted.expiresAt())
            .put("signature", minted.signature())
            .build();
    return Json.object()
        .put("token", token)
        .put("session_id", "id-of-helper")
        .put("mesh", mesh.slug())
        .put("display_name", "helper")
        .put("pid", ProcessHandle.current().pid())
        .put("cwd", "/home/helper")
        .put("role", "helps")
        .put("groups", Json.strings(List.of("dev:lead")))
        .put(
            "presence",
            Json.object()
                .put("session_pubkey", keys.publicHex())
                .put("session_secret_key", keys.secretHex())
                .put("parent_attestation", attestation)
                .build())
        .build();
  }

  /** A member's hello, signed now. */
  static String hello(JoinedMesh mesh) throws CliException {
    long now = System.currentTimeMillis();
    String text = SigningTexts.hello(mesh.meshId(), mesh.memberId(), mesh.pubkey(), now);
    return Json.object()
        .put("type", "hello")
        .put("meshId", mesh.meshId())
        .put("memberId", mesh.memberId())
        .put("pubkey", mesh.pubkey())
        .put("sessionId", "forger")
        .put("pid", 1)
        .put("cwd", "/")
        .put("timestamp", now)
        .put("signature", Meshes.membership(mesh).keys().sign(text))
        .build()
        .toString();
  }

  /** A message to a key that nobody can open. */
  static String forged(String key) {
    String id = UUID.randomUUID().toString();
    return Json.object()
        .put("type", "send")
        .put("id", id)
        .put("client_message_id", id)
        .put("request_fingerprint", "ab".repeat(32))
        .put("targetSpec", key)
        .put("priority", "next")
        .put("nonce", "LpCfpM+S8a52FUd232HjbLinateZdn9C")
        .put("ciphertext", "Epw3Cjg2kkVGMGCWlqq9HsYKFs4XxzydrURH")
        .build()
        .toString();
  }
}
