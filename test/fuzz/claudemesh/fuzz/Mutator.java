package claudemesh.fuzz;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Breaks inputs: bits, bytes, numbers, words, parts cut, doubled, moved or taken from another. */
final class Mutator {

  private static final int MOST_STEPS = 6;
  private static final int LONGEST = 32 << 10;
  private static final int[] NUMBERS = {
    0,
    1,
    2,
    16,
    100,
    124,
    125,
    126,
    127,
    128,
    129,
    255,
    256,
    1000,
    1005,
    1006,
    1014,
    1015,
    4096,
    0x7fff,
    0x8000,
    0xffff,
    1 << 20,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    -1,
    -2
  };

  private final RandomGenerator random;
  private final String[] words;

  Mutator(RandomGenerator random, String[] words) {
    this.random = random;
    this.words = words;
  }

  byte[] mutate(byte[] input, byte[] other) {
    byte[] bytes = input;
    for (int left = 1 + random.nextInt(MOST_STEPS); left > 0; left--) {
      bytes = step(bytes, other);
      if (bytes.length > LONGEST) {
        bytes = Arrays.copyOf(bytes, LONGEST);
      }
    }
    return bytes;
  }

  private byte[] step(byte[] bytes, byte[] other) {
    int at = random.nextInt(bytes.length + 1);
    int some = Math.min(bytes.length - at, 1 + random.nextInt(16));
    return switch (random.nextInt(10)) {
      case 0 -> flip(bytes, at);
      case 1 -> replace(bytes, at, Math.min(some, 1), oneByte());
      case 2 -> replace(bytes, at, 0, oneByte());
      case 3 -> replace(bytes, at, some, new byte[0]);
      case 4 -> replace(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + some));
      case 5 -> replace(bytes, at, 0, word());
      case 6 -> replace(bytes, at, some, word());
      case 7 -> replace(bytes, at, Math.min(some, 2), number());
      case 8 -> replace(bytes, at, bytes.length - at, tail(other));
      default -> random.nextInt(50) == 0 ? repeat(bytes, at, some) : Arrays.copyOf(bytes, at);
    };
  }

  private byte[] flip(byte[] bytes, int at) {
    if (at == bytes.length) {
      return bytes;
    }
    byte[] flipped = bytes.clone();
    flipped[at] ^= (byte) (1 << random.nextInt(8));
    return flipped;
  }

  private byte[] oneByte() {
    return new byte[] {(byte) random.nextInt(256)};
  }

  private byte[] word() {
    return words[random.nextInt(words.length)].getBytes(StandardCharsets.UTF_8);
  }

  private byte[] number() {
    int number = NUMBERS[random.nextInt(NUMBERS.length)];
    return switch (random.nextInt(4)) {
      case 0 -> new byte[] {(byte) number};
      case 1 -> ByteBuffer.allocate(2).putShort((short) number).array();
      case 2 -> ByteBuffer.allocate(8).putLong(number).array();
      default -> Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    };
  }

  private byte[] tail(byte[] other) {
    return Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length);
  }

  private byte[] repeat(byte[] bytes, int at, int count) {
    byte[] part = Arrays.copyOfRange(bytes, at, at + count);
    ByteBuffer many = ByteBuffer.allocate(part.length * random.nextInt(2_000));
    while (many.hasRemaining()) {
      many.put(part);
    }
    return replace(bytes, at, 0, many.array());
  }

  private static byte[] replace(byte[] bytes, int at, int count, byte[] by) {
    return ByteBuffer.allocate(bytes.length - count + by.length)
        .put(bytes, 0, at)
        .put(by)
        .put(bytes, at + count, bytes.length - at - count)
        .array();
  }
}
