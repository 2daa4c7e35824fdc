package claudemesh.crypto;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SignaturesTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final BigInteger GROUP_ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  private final Ed25519KeyPair signer = Ed25519KeyPair.fromSeedHex("07".repeat(32));
  private final String signature = signer.sign("text");

  @Test
  void anyFlippedBitOfTheSignatureIsNoticed() {
    byte[] genuine = HEX.parseHex(signature);
    for (int bit = 0; bit < 512; bit++) {
      byte[] changed = genuine.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(Signatures.verify(signer.publicHex(), "text", HEX.formatHex(changed)));
    }
  }

  @Test
  void anotherTextOrSignerIsNoticed() {
    assertTrue(Signatures.verify(signer.publicHex(), "text", signature));
    assertFalse(Signatures.verify(signer.publicHex(), "Text", signature));
    assertFalse(Signatures.verify(signer.publicHex(), "", signature));
    String other = Ed25519KeyPair.generate().publicHex();
    assertFalse(Signatures.verify(other, "text", signature));
  }

  @Test
  void malformedArgumentsAreNotGenuine() {
    String key = signer.publicHex();
    assertFalse(Signatures.verify(null, "text", signature));
    assertFalse(Signatures.verify(key, null, signature));
    assertFalse(Signatures.verify(key, "text", null));
    assertFalse(Signatures.verify("", "text", signature));
    assertFalse(Signatures.verify(key.substring(2), "text", signature));
    assertFalse(Signatures.verify("zz" + key.substring(2), "text", signature));
    assertFalse(Signatures.verify(key, "text", signature.substring(2)));
    assertFalse(Signatures.verify(key, "text", "zz" + signature.substring(2)));
  }

  @Test
  void secondSignatureMadeFromTheFirstIsRefused() {
    byte[] changed = HEX.parseHex(signature);
    BigInteger s = LittleEndian.decode(Arrays.copyOfRange(changed, 32, 64));
    System.arraycopy(LittleEndian.encode32(s.add(GROUP_ORDER)), 0, changed, 32, 32);
    assertFalse(Signatures.verify(signer.publicHex(), "text", HEX.formatHex(changed)));
  }

  static Stream<String> badPoints() {
    return BadPoints.all();
  }

  @ParameterizedTest
  @MethodSource("badPoints")
  void badPublicKeyVerifiesNothing(String publicHex) {
    // R neutral, S zero: what a key of small order would accept for every text or for many.
    String forged = "01" + "00".repeat(63);
    for (int i = 0; i < 16; i++) {
      assertFalse(Signatures.verify(publicHex, "text " + i, forged));
    }
  }
}
