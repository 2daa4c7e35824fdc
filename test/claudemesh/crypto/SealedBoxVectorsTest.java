package claudemesh.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.pando.crypto.nacl.CryptoBox;

/**
 * libsodium's sealed boxes of {@code vectors.json}: an ephemeral key, then a box whose nonce is the
 * BLAKE2b hash of both public keys. No message of the protocol is one; they check that the box and
 * our key conversion are libsodium's.
 */
class SealedBoxVectorsTest {

  private static final HexFormat HEX = HexFormat.of();
  private static JsonObject vectors;

  @BeforeAll
  static void readVectors() throws IOException {
    vectors = Json.parse(Files.readString(Path.of("test/data/vectors.json"))).asObject();
  }

  @Test
  void blake2bIsTheRfcs() {
    String abc = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1";
    String hash = HEX.formatHex(Blake2b.hash("abc".getBytes(StandardCharsets.US_ASCII), 64));
    assertEquals(abc, hash.substring(0, 64)); // RFC 7693 appendix A
  }

  @Test
  void sampleOpens() {
    JsonObject box = vectors.get("sealed_box").asObject();
    byte[] sealed = hex(box, "sample_sealed_hex");
    assertArrayEquals(
        sealed, Base64.getUrlDecoder().decode(box.getString("sample_sealed_b64url", "")));
    assertEquals(
        box.getString("plaintext_hex", ""),
        HEX.formatHex(
            open(sealed, hex(box, "recipient_x25519_sec"), hex(box, "recipient_x25519_pub"))));
  }

  @Test
  void sealingWithTheSameEphemeralKeyGivesTheSameBytes() {
    JsonObject box = vectors.get("sealed_box").asObject();
    JsonObject deterministic = box.get("deterministic").asObject();
    byte[] recipient = hex(box, "recipient_x25519_pub");
    byte[] sealed = hex(deterministic, "sealed_hex");
    byte[] ephemeral = Arrays.copyOf(sealed, 32);
    byte[] nonce = nonce(ephemeral, recipient);
    assertEquals(deterministic.getString("nonce_blake2b24", ""), HEX.formatHex(nonce));
    try (CryptoBox ours =
        CryptoBox.encrypt(
            CryptoBox.privateKey(hex(deterministic, "ephemeral_sec")),
            CryptoBox.publicKey(recipient),
            nonce,
            hex(box, "plaintext_hex"))) {
      assertArrayEquals(Arrays.copyOfRange(sealed, 32, sealed.length), ours.getCiphertextWithTag());
    }
  }

  @Test
  void boxSealedToAnEd25519KeyOpensWithOurConversionOfIt() throws Exception {
    JsonObject box = vectors.get("sealed_box_to_ed25519").asObject();
    JsonObject bravo = vectors.get("keys").asObject().get("bravo").asObject();
    Ed25519KeyPair keys = Ed25519KeyPair.fromSecretHex(bravo.getString("secretKey", ""));
    byte[] publicKey = Ed25519Point.toCurve25519(keys.publicHex());
    byte[] sealed = Base64.getDecoder().decode(box.getString("sealed_b64", ""));
    byte[] plain = open(sealed, keys.curve25519Secret(), publicKey);
    assertEquals(box.getString("plaintext", ""), new String(plain, StandardCharsets.UTF_8));
  }

  private static byte[] open(byte[] sealed, byte[] secret, byte[] recipient) {
    byte[] ephemeral = Arrays.copyOf(sealed, 32);
    byte[] body = Arrays.copyOfRange(sealed, 32, sealed.length);
    try (CryptoBox box = CryptoBox.fromCombined(nonce(ephemeral, recipient), body)) {
      return box.decrypt(CryptoBox.privateKey(secret), CryptoBox.publicKey(ephemeral));
    }
  }

  private static byte[] nonce(byte[] ephemeral, byte[] recipient) {
    return Blake2b.hash(ByteBuffer.allocate(64).put(ephemeral).put(recipient).array(), 24);
  }

  private static byte[] hex(JsonObject object, String field) {
    return HEX.parseHex(object.getString(field, ""));
  }
}
