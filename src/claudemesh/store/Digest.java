package claudemesh.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32C;

/** Numbers that stand for texts: to find them by, and to know them again. */
final class Digest {

  private Digest() {}

  /** What makes a message the same again, in 64 bits of SHA-256 of some texts in UTF-8. */
  static long once(String... texts) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < texts.length; i++) {
      if (i < texts.length - 1) { // keeps ("a", "bc") and ("ab", "c") apart
        all.append(texts[i].length()).append(':');
      }
      all.append(texts[i]);
    }
    try {
      byte[] bytes = all.toString().getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** What the texts of a message, any of them null, are checked against when read again. */
  static long crc(String... texts) {
    CRC32C crc = new CRC32C();
    for (String text : texts) {
      crc.update((text == null ? "" : text).getBytes(StandardCharsets.UTF_8));
      crc.update(0); // keeps texts apart
    }
    return crc.getValue();
  }
}
