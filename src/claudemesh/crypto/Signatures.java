package claudemesh.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import software.pando.crypto.nacl.Crypto;

/**
 * Verifies detached Ed25519 signatures (RFC 8032 §5.1.7) with salty-coffee; safe from any thread.
 */
public final class Signatures {
  private static final HexFormat HEX = HexFormat.of();

  private Signatures() {}

  /**
   * Whether a signature over a text was made with the secret of a public key.
   *
   * <p>As strict as deployed brokers with libsodium: refused are also a public key that is not
   * canonical, of small order or not on the curve, and a signature whose S is not below the group
   * order (so nobody can make a second signature out of a first). The check is the cofactorless
   * one: R must be byte for byte what S, the key and the text give.
   *
   * @param publicHex the signer's public key
   * @param text what was signed; its UTF-8 bytes count
   * @param signatureHex the signature
   * @return true if it is genuine; false if not, or if an argument is malformed or null
   */
  public static boolean verify(String publicHex, String text, String signatureHex) {
    if (text == null
        || !Keys.isSignatureHex(signatureHex)
        || !Ed25519Point.isAcceptable(publicHex)) {
      return false;
    }
    byte[] message = text.getBytes(StandardCharsets.UTF_8);
    return verify(HEX.parseHex(publicHex), message, HEX.parseHex(signatureHex));
  }

  private static boolean verify(byte[] key, byte[] message, byte[] signature) {
    try {
      return Crypto.signVerify(Crypto.signingPublicKey(key), message, signature);
    } catch (RuntimeException e) {
      // So the library says that a key is not on the curve, which costs it nothing to find out.
      if (e.getCause() instanceof GeneralSecurityException) {
        return false;
      }
      throw e;
    }
  }
}
