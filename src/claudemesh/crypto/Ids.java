package claudemesh.crypto;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

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

  /** What the first of eight digits counts. */
  private static final long LARGEST_PLACE = 62L * 62 * 62 * 62 * 62 * 62 * 62;

  private static final SecureRandom RANDOM = new SecureRandom();

  private Ids() {}

  /**
   * Draws a fresh identifier, about 190 bits that nobody can guess. Safe from any thread.
   *
   * @return 32 characters of {@code [0-9A-Za-z]}, each equally likely
   */
  public static String random32() {
    return fill(new StringBuilder(32));
  }

  /**
   * Draws a fresh identifier that sorts behind those of earlier milliseconds, about 140 bits of it
   * such that nobody can guess: where many are kept in order, new ones all go to the end. Safe from
   * any thread.
   *
   * @param now the time it is drawn at, from 1970 to the year 8888
   * @return 32 characters of {@code [0-9A-Za-z]}, the first 8 of them the time
   */
  public static String ordered32(Instant now) {
    StringBuilder id = new StringBuilder(32);
    long millis = now.toEpochMilli();
    for (long place = LARGEST_PLACE; place > 0; place /= ALPHABET.length()) {
      id.append(ALPHABET.charAt((int) (millis / place % ALPHABET.length())));
    }
    return fill(id);
  }

  /**
   * Draws a fresh UUID that sorts behind those of earlier milliseconds (RFC 9562 §5.7, version 7),
   * 74 bits of it such that nobody can guess. Safe from any thread.
   *
   * @param now the time it is drawn at
   * @return its 36 characters
   */
  public static String orderedUuid(Instant now) {
    long high = now.toEpochMilli() << 16 | 0x7000 | RANDOM.nextInt(1 << 12);
    long low = 1L << 63 | RANDOM.nextLong() >>> 2;
    return new UUID(high, low).toString();
  }

  private static String fill(StringBuilder id) {
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
