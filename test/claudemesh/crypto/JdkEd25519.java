package claudemesh.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.HexFormat;

/** The JDK's own verifier, to hold the library's against. */
final class JdkEd25519 {
  private JdkEd25519() {}

  static boolean verify(String publicHex, byte[] message, byte[] signature) {
    try {
      BigInteger encoded = LittleEndian.decode(HexFormat.of().parseHex(publicHex));
      EdECPoint point = new EdECPoint(encoded.testBit(255), encoded.clearBit(255));
      EdECPublicKeySpec spec = new EdECPublicKeySpec(NamedParameterSpec.ED25519, point);
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(spec));
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
