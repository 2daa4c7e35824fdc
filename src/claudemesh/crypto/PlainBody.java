package claudemesh.crypto;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Bodies to {@code *}, {@code @group} and {@code #topic}: base64 of the UTF-8 text, <em>not
 * encrypted and not authenticated</em> (protocol.md §2). Whoever shows one to a user says so.
 */
public final class PlainBody {
  private static final SecureRandom RANDOM = new SecureRandom();

  private PlainBody() {}

  /**
   * Encodes a text. The nonce is 24 random bytes that nothing uses: brokers want one in each send.
   *
   * @param text the text
   * @return an unused nonce, and the text in base64 where a ciphertext would be
   */
  public static Sealed encode(String text) {
    byte[] nonce = new byte[24];
    RANDOM.nextBytes(nonce);
    Base64.Encoder encoder = Base64.getEncoder();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Sealed(encoder.encodeToString(nonce), encoder.encodeToString(bytes));
  }

  /**
   * Decodes a body.
   *
   * @param ciphertextBase64 what stands where a ciphertext would be
   * @return the text
   * @throws CannotOpenException if it is not base64, or not UTF-8
   */
  public static String decode(String ciphertextBase64) throws CannotOpenException {
    return CryptoBox.decodeUtf8(CryptoBox.decodeBase64("body", ciphertextBase64));
  }
}
