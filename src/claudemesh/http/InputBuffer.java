package claudemesh.http;

import java.io.IOException;
import java.util.Arrays;

/**
 * Bytes read and not yet used. It rests at 256 bytes, which is what an idle connection costs, grows
 * while reads fill it or a reader cannot go on without more, and goes back to rest when it is empty
 * and nothing more is waiting. Used by the connection's reading thread only.
 *
 * <p>{@code fill} grows without limit for a reader that uses nothing up: readers bound themselves.
 */
final class InputBuffer {

  static final int RESTING = 256;

  /** As large as it grows for speed alone. */
  static final int LARGEST = 16 << 10;

  private static final int GROWTH = 8;

  private byte[] bytes = new byte[RESTING];
  private int position;
  private int limit;

  int available() {
    return limit - position;
  }

  boolean isEmpty() {
    return position == limit;
  }

  /** The array that holds the bytes, from {@link #position} on; valid until the next fill. */
  byte[] array() {
    return bytes;
  }

  int position() {
    return position;
  }

  /** The byte {@code index} places ahead, unsigned, without using it up. */
  int peek(int index) {
    return bytes[position + index] & 0xff;
  }

  void skip(int count) {
    position += count;
  }

  /**
   * Reads once.
   *
   * @param source where from
   * @return how many bytes were added; -1 at the end
   * @throws IOException if the connection is broken
   */
  int fill(ByteStream source) throws IOException {
    makeRoom(source);
    int count = source.read(bytes, limit, bytes.length - limit);
    limit += Math.max(count, 0);
    return count;
  }

  private void makeRoom(ByteStream source) throws IOException {
    boolean wasFull = limit == bytes.length;
    if (isEmpty()) {
      position = 0;
      limit = 0;
      if ((wasFull || bytes.length > RESTING) && source.available() == 0) {
        rest();
      } else if (wasFull && bytes.length < LARGEST) {
        bytes = new byte[larger()];
      }
      return;
    }
    if (wasFull) {
      compactInto(bytes.length < LARGEST || position == 0 ? new byte[larger()] : bytes);
    } else if (position > 0) {
      compactInto(bytes);
    }
  }

  private void rest() {
    if (bytes.length > RESTING) {
      bytes = new byte[RESTING];
    }
  }

  private int larger() {
    return bytes.length < LARGEST
        ? Math.min(bytes.length * GROWTH, LARGEST)
        : Math.multiplyExact(bytes.length, 2);
  }

  private void compactInto(byte[] target) {
    System.arraycopy(bytes, position, target, 0, available());
    limit = available();
    position = 0;
    bytes = target;
  }

  /** What is buffered, for failure messages. */
  @Override
  public String toString() {
    return available() + " of " + bytes.length + " bytes";
  }

  /** The capacity, for tests of its growth. */
  int capacity() {
    return bytes.length;
  }

  /** A copy of the next bytes, which are used up. */
  byte[] take(int count) {
    byte[] taken = Arrays.copyOfRange(bytes, position, position + count);
    position += count;
    return taken;
  }
}
