package claudemesh.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Masking and unmasking, which are the same (RFC 6455 §5.3). */
final class Masking {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Masking() {}

  /**
   * Masks a part of a payload in place.
   *
   * @param bytes holds the part
   * @param offset where the part begins
   * @param length the part's bytes
   * @param mask the frame's key, first byte highest
   * @param before how many bytes of the payload lie before the part
   */
  static void apply(byte[] bytes, int offset, int length, int mask, int before) {
    if (mask == 0) {
      return;
    }
    int key = Integer.rotateLeft(mask, before % 4 * 8);
    long twice = (long) key << 32 | key & 0xffff_ffffL;
    int end = offset + length;
    int at = offset;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ twice);
    }
    for (; at < end; at++) {
      key = Integer.rotateLeft(key, 8);
      bytes[at] ^= (byte) key;
    }
  }
}
