package claudemesh.crypto;

import java.security.SecureRandom;

/**
 * Identifiers as brokers give them out: presences, messages, members and meshes (protocol.md §1).
 */
public final class Ids {
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  /**
   * The largest multiple of the alphabet's size that a byte can hold; bytes above it are redrawn.
   */
  private static final int UNBIASED_BELOW = 256 - 256 % ALPHABET.length();

  private static final SecureRandom RANDOM = new SecureRandom();

  private Ids() {}

  /**
   * Draws a fresh identifier, about 190 bits that nobody can guess. Safe from any thread.
   *
   * @return 32 characters of {@code [0-9A-Za-z]}, each equally likely
   */
  public static String random32() {
    StringBuilder id = new StringBuilder(32);
    byte[] drawn = new byte[40];
    while (id.length() < 32) {
      RANDOM.nextBytes(drawn);
      appendUnbiased(drawn, id);
    }
    return id.toString();
  }

  private static void appendUnbiased(byte[] drawn, StringBuilder id) {
    for (int i = 0; i < drawn.length && id.length() < 32; i++) {
      int value = drawn[i] & 0xff;
      if (value < UNBIASED_BELOW) {
        id.append(ALPHABET.charAt(value % ALPHABET.length()));
      }
    }
  }
}
