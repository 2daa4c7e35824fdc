package claudemesh.crypto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * BLAKE2b without a key, RFC 7693, for messages of up to 128 bytes: just enough to check
 * libsodium's sealed boxes, whose nonce is such a hash. The product needs none.
 */
final class Blake2b {

  private static final int BLOCK = 128;
  private static final int ROUNDS = 12;

  // RFC 7693 §2.6 and §2.7.
  private static final long[] IV = {
    0x6a09e667f3bcc908L, 0xbb67ae8584caa73bL, 0x3c6ef372fe94f82bL, 0xa54ff53a5f1d36f1L,
    0x510e527fade682d1L, 0x9b05688c2b3e6c1fL, 0x1f83d9abfb41bd6bL, 0x5be0cd19137e2179L
  };
  private static final String[] SIGMA = {
    "0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8",
    "905724afe1bc683d", "2c6a0b834d75fe19", "c51fed4a0763928b", "db7ec13950f4862a",
    "6fe9b308c2d714a5", "a2847615fb9e3cd0"
  };

  private Blake2b() {}

  static byte[] hash(byte[] message, int length) {
    if (message.length > BLOCK) {
      throw new IllegalArgumentException("one block at most, got " + message.length + " bytes");
    }
    long[] h = IV.clone();
    h[0] ^= 0x01010000L ^ length;
    compress(h, words(Arrays.copyOf(message, BLOCK)), message.length);
    ByteBuffer out = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    out.asLongBuffer().put(h);
    return Arrays.copyOf(out.array(), length);
  }

  private static long[] words(byte[] block) {
    long[] words = new long[16];
    ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
    return words;
  }

  private static void compress(long[] h, long[] m, long counter) {
    long[] v = Arrays.copyOf(h, 16);
    System.arraycopy(IV, 0, v, 8, 8);
    v[12] ^= counter;
    v[14] = ~v[14]; // the last block, which is the only one
    for (int round = 0; round < ROUNDS; round++) {
      String s = SIGMA[round % 10];
      for (int i = 0; i < 8; i++) {
        long x = m[Character.digit(s.charAt(2 * i), 16)];
        long y = m[Character.digit(s.charAt(2 * i + 1), 16)];
        // Four columns, then four diagonals.
        int shift = i < 4 ? 0 : 1;
        int b = 4 + (i + shift) % 4;
        int c = 8 + (i + 2 * shift) % 4;
        int d = 12 + (i + 3 * shift) % 4;
        mix(v, i % 4, b, c, d, x, y);
      }
    }
    for (int i = 0; i < 8; i++) {
      h[i] ^= v[i] ^ v[i + 8];
    }
  }

  private static void mix(long[] v, int a, int b, int c, int d, long x, long y) {
    v[a] += v[b] + x;
    v[d] = Long.rotateRight(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = Long.rotateRight(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = Long.rotateRight(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = Long.rotateRight(v[b] ^ v[c], 63);
  }
}
