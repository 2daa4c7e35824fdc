package claudemesh.crypto;

import java.math.BigInteger;

/** 32-byte little-endian numbers, as RFC 7748 §5 and RFC 8032 §5.1.2 write field elements. */
final class LittleEndian {
  private LittleEndian() {}

  static BigInteger decode(byte[] bytes) {
    return new BigInteger(1, reversed(bytes));
  }

  /**
   * Writes a number below 2^256; the sign byte that {@code toByteArray} may put in front is cut.
   */
  static byte[] encode32(BigInteger value) {
    byte[] digits = reversed(value.toByteArray());
    byte[] bytes = new byte[32];
    System.arraycopy(digits, 0, bytes, 0, Math.min(digits.length, bytes.length));
    return bytes;
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }
}
