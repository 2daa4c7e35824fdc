package claudemesh.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import software.pando.crypto.nacl.Crypto;

class Ed25519KeyPairTest {
  private static final HexFormat HEX = HexFormat.of();

  @Test
  void generatedPairsDifferAndSurviveTheWrittenForm() {
    Ed25519KeyPair pair = Ed25519KeyPair.generate();
    assertNotEquals(pair, Ed25519KeyPair.generate());
    assertTrue(Keys.isPublicHex(pair.publicHex()));
    Ed25519KeyPair read = Ed25519KeyPair.fromSecretHex(pair.secretHex());
    assertEquals(pair, read);
    assertEquals(pair.hashCode(), read.hashCode());
    assertEquals(pair.sign("text"), read.sign("text"));
  }

  @Test
  void agreesWithTheLibraryForRandomSeedsAndTexts() {
    Random random = new Random(1);
    for (int i = 0; i < 40; i++) {
      byte[] seed = randomBytes(random, 32);
      String text = HEX.formatHex(randomBytes(random, random.nextInt(300))) + "ü😀";
      byte[] message = text.getBytes(StandardCharsets.UTF_8);
      Ed25519KeyPair ours = Ed25519KeyPair.fromSeedHex(HEX.formatHex(seed));
      KeyPair theirs = Crypto.seedSigningKeyPair(seed);
      assertEquals(HEX.formatHex(theirs.getPublic().getEncoded()), ours.publicHex());
      byte[] signature = Crypto.sign(theirs.getPrivate(), message);
      assertEquals(HEX.formatHex(signature), ours.sign(text));
      assertTrue(Signatures.verify(ours.publicHex(), text, ours.sign(text)));
      assertTrue(JdkEd25519.verify(ours.publicHex(), message, signature));
    }
  }

  @Test
  void halvesThatDoNotBelongTogetherAreRefusedWithoutTheSecret() {
    Ed25519KeyPair one = Ed25519KeyPair.generate();
    Ed25519KeyPair other = Ed25519KeyPair.generate();
    String seed = one.secretHex().substring(0, 64);
    IllegalArgumentException refused = refused(seed + other.publicHex());
    assertTrue(refused.getMessage().contains("do not belong together"));
    assertFalse(refused.getMessage().contains(seed));
  }

  @Test
  void otherFormsAreRefusedWithoutTheSecret() {
    String secret = Ed25519KeyPair.generate().secretHex();
    assertTrue(refused(null).getMessage().contains("is nothing"));
    assertTrue(refused(secret.substring(1)).getMessage().contains("127 characters"));
    String upperCase = "A" + secret.substring(1);
    assertTrue(refused(upperCase).getMessage().contains("of other characters"));
    assertFalse(refused(upperCase).getMessage().contains(secret.substring(1, 20)));
    assertThrows(IllegalArgumentException.class, () -> Ed25519KeyPair.fromSeedHex(secret));
  }

  @Test
  void toStringShowsThePublicKeyOnly() {
    Ed25519KeyPair pair = Ed25519KeyPair.generate();
    assertTrue(pair.toString().contains(pair.publicHex()));
    assertFalse(pair.toString().contains(pair.secretHex().substring(0, 64)));
  }

  private static IllegalArgumentException refused(String secretHex) {
    return assertThrows(
        IllegalArgumentException.class, () -> Ed25519KeyPair.fromSecretHex(secretHex));
  }

  private static byte[] randomBytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
