package claudemesh.broker;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.protocol.SigningTexts;
import java.time.Instant;

/** Hellos as clients sign them, as JSON so that tests can spoil them. */
public final class Hellos {

  private Hellos() {}

  public static Json member(
      Mesh mesh, Member member, Ed25519KeyPair key, String sessionId, Instant now) {
    long timestamp = now.toEpochMilli();
    String text = SigningTexts.hello(mesh.id(), member.memberId(), key.publicHex(), timestamp);
    return Json.object()
        .put("type", "hello")
        .put("meshId", mesh.id())
        .put("memberId", member.memberId())
        .put("pubkey", key.publicHex())
        .put("sessionId", sessionId)
        .put("pid", 4242)
        .put("cwd", "/home/dev/" + member.displayName())
        .put("timestamp", timestamp)
        .put("signature", key.sign(text))
        .build();
  }

  static Json session(
      Mesh mesh, Member member, Ed25519KeyPair parent, Ed25519KeyPair session, Instant now) {
    long timestamp = now.toEpochMilli();
    String text =
        SigningTexts.sessionHello(mesh.id(), parent.publicHex(), session.publicHex(), timestamp);
    return Json.object()
        .put("type", "session_hello")
        .put("meshId", mesh.id())
        .put("parentMemberId", member.memberId())
        .put("parentMemberPubkey", parent.publicHex())
        .put("sessionPubkey", session.publicHex())
        .put("parentAttestation", attestation(parent, session.publicHex(), now.plusSeconds(43_200)))
        .put("sessionId", "sess-" + session.publicHex().substring(0, 8))
        .put("pid", 5151)
        .put("cwd", "/home/dev/s")
        .put("timestamp", timestamp)
        .put("signature", session.sign(text))
        .build();
  }

  static Json attestation(Ed25519KeyPair parent, String sessionPubkey, Instant expires) {
    long expiresAt = expires.toEpochMilli();
    String text = SigningTexts.attestation(parent.publicHex(), sessionPubkey, expiresAt);
    return Json.object()
        .put("sessionPubkey", sessionPubkey)
        .put("parentMemberPubkey", parent.publicHex())
        .put("expiresAt", expiresAt)
        .put("signature", parent.sign(text))
        .build();
  }
}
