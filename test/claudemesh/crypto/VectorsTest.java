package claudemesh.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every value that libsodium and a deployed daemon made, byte for byte. */
class VectorsTest {
  private static final HexFormat HEX = HexFormat.of();
  private static Json vectors;

  @BeforeAll
  static void readVectors() throws IOException {
    vectors = Json.parseObject(Files.readString(Path.of("test/data/vectors.json")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"alpha", "bravo", "session", "owner"})
  void seedAndSecretKeyMakeTheSamePair(String name) {
    Json key = at("keys", name);
    Ed25519KeyPair fromSeed = Ed25519KeyPair.fromSeedHex(key.string("seed"));
    assertEquals(key.string("pubkey"), fromSeed.publicHex());
    assertEquals(key.string("secretKey"), fromSeed.secretHex());
    assertEquals(fromSeed, Ed25519KeyPair.fromSecretHex(key.string("secretKey")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"alpha", "bravo", "session"})
  void bothKeysHaveLibsodiumsCurve25519Forms(String name) {
    Json key = at("keys", name);
    Ed25519KeyPair pair = Ed25519KeyPair.fromSeedHex(key.string("seed"));
    assertEquals(key.string("x25519_sec"), HEX.formatHex(pair.curve25519Secret()));
    byte[] converted = Ed25519Point.toCurve25519(key.string("pubkey"));
    assertEquals(key.string("x25519_pub"), HEX.formatHex(converted));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello", "attestation", "session_hello", "invite_v1", "invite_v2"})
  void canonicalTextIsSignedAndVerified(String name) {
    Json vector = at(name);
    String text = vector.string("canonical");
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    assertEquals(vector.string("canonical_utf8_hex"), HEX.formatHex(utf8));
    String signer = vector.string("signer_pub");
    String signature = pairOf(signer).sign(text);
    assertEquals(vector.string("signature"), signature);
    assertTrue(Signatures.verify(signer, text, signature));
    assertTrue(JdkEd25519.verify(signer, utf8, HEX.parseHex(signature)));
    assertFalse(Signatures.verify(signer, text + " ", signature));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dm_member_to_member", "dm_session_to_member"})
  void directMessageIsSealedAndOpenedByBothEnds(String name) throws CannotOpenException {
    Json dm = at(name);
    String plaintext = dm.string("plaintext");
    String from = dm.string("from_ed25519_pub");
    String to = dm.string("to_ed25519_pub");
    CryptoBox sender = new CryptoBox(pairOf(from));
    Sealed sealed = sender.seal(to, plaintext, HEX.parseHex(dm.string("nonce_hex")));
    assertEquals(new Sealed(dm.string("nonce"), dm.string("ciphertext")), sealed);
    CryptoBox receiver = new CryptoBox(pairOf(to));
    assertEquals(plaintext, receiver.open(from, sealed.nonce(), sealed.ciphertext()));
    assertEquals(plaintext, sender.open(to, sealed.nonce(), sealed.ciphertext()));
  }

  @Test
  void agreedKeyIsWhatBeforenmMakesAtBothEnds() {
    Json dm = at("dm_member_to_member");
    byte[] expected = HEX.parseHex(dm.string("crypto_box_beforenm_hex"));
    String from = dm.string("from_ed25519_pub");
    String to = dm.string("to_ed25519_pub");
    assertArrayEquals(expected, new CryptoBox(pairOf(from)).agreedKey(to).getEncoded());
    assertArrayEquals(expected, new CryptoBox(pairOf(to)).agreedKey(from).getEncoded());
  }

  static Stream<Json> fingerprints() {
    return vectors.list("request_fingerprint").stream();
  }

  @ParameterizedTest
  @MethodSource("fingerprints")
  void requestHasTheDaemonsFingerprint(Json vector) {
    String meta = vector.optionalString("meta").orElse(null);
    String fingerprint =
        RequestFingerprint.of(
            vector.string("kind"),
            vector.string("ref"),
            vector.string("priority"),
            meta,
            vector.string("body"));
    assertEquals(vector.string("hex"), fingerprint);
  }

  @Test
  void broadcastBodyIsPlainBase64() throws CannotOpenException {
    Json broadcast = at("broadcast");
    Sealed body = PlainBody.encode(broadcast.string("plaintext"));
    assertEquals(broadcast.string("ciphertext"), body.ciphertext());
    assertEquals(32, body.nonce().length());
    assertEquals(broadcast.string("plaintext"), PlainBody.decode(body.ciphertext()));
  }

  private static Ed25519KeyPair pairOf(String publicHex) {
    for (String name : List.of("alpha", "bravo", "session", "owner")) {
      Json key = at("keys", name);
      if (key.string("pubkey").equals(publicHex)) {
        return Ed25519KeyPair.fromSecretHex(key.string("secretKey"));
      }
    }
    throw new AssertionError("vectors.json has no key pair for " + publicHex);
  }

  private static Json at(String... path) {
    Json json = vectors;
    for (String field : path) {
      json = json.get(field).orElseThrow();
    }
    return json;
  }
}
