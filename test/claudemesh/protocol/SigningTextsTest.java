package claudemesh.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import claudemesh.crypto.Ed25519KeyPair;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The signed texts are the golden ones, byte for byte, and so are their signatures. */
class SigningTextsTest {

  private static final Ed25519KeyPair ALPHA = Vectors.keys("alpha");
  private static final Ed25519KeyPair SESSION = Vectors.keys("session");
  private static final long NOW = 1_750_000_000_000L;

  private static void assertGolden(String name, Ed25519KeyPair signer, String text) {
    assertEquals(Vectors.at(name).string("canonical"), text);
    assertEquals(Vectors.at(name).string("signature"), signer.sign(text));
  }

  @Test
  void hello() {
    assertGolden(
        "hello", ALPHA, SigningTexts.hello(Vectors.MESH, Vectors.MEMBER, ALPHA.publicHex(), NOW));
  }

  @Test
  void attestation() {
    long expiresAt = Vectors.at("attestation").number("expiresAt");
    assertGolden(
        "attestation",
        ALPHA,
        SigningTexts.attestation(ALPHA.publicHex(), SESSION.publicHex(), expiresAt));
  }

  @Test
  void aMintedAttestationIsTheGoldenOne() {
    ParentAttestation minted =
        ParentAttestation.mint(ALPHA, SESSION.publicHex(), Instant.ofEpochMilli(NOW));
    assertEquals(Vectors.at("attestation").string("signature"), minted.signature());
    assertEquals(Vectors.at("attestation").number("expiresAt"), minted.expiresAt().getAsLong());
  }

  @Test
  void sessionHello() {
    assertGolden(
        "session_hello",
        SESSION,
        SigningTexts.sessionHello(Vectors.MESH, ALPHA.publicHex(), SESSION.publicHex(), NOW));
  }

  @Test
  void invite() {
    Invite invite = InviteTest.golden();
    assertGolden("invite_v1", Vectors.keys("owner"), SigningTexts.invite(invite));
  }
}
