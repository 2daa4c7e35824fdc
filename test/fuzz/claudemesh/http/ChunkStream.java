package claudemesh.http;

import claudemesh.fuzz.Failed;
import java.util.random.RandomGenerator;

/** A peer that sends an input in parts, at random or as much as is asked for, and hangs up. */
final class ChunkStream implements ByteStream {

  private static final int LONGEST = 40;

  private final byte[] input;
  private final RandomGenerator random;
  private int position;

  /**
   * A stream over an input.
   *
   * @param input what is sent
   * @param from where to begin
   * @param random how it is split; null for not at all
   */
  ChunkStream(byte[] input, int from, RandomGenerator random) {
    this.input = input;
    this.position = Math.min(from, input.length);
    this.random = random;
  }

  /** Where the next read begins. */
  int position() {
    return position;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    int left = input.length - position;
    if (left == 0) {
      return -1;
    }
    Failed.unless("a read asks for at least one byte", length > 0);
    int most = random == null ? length : 1 + random.nextInt(random.nextBoolean() ? 1 : LONGEST);
    int count = Math.min(Math.min(left, length), most);
    System.arraycopy(input, position, target, offset, count);
    position += count;
    return count;
  }

  @Override
  public int available() {
    return input.length - position;
  }

  @Override
  public void write(byte[] source, int offset, int length) {}

  @Override
  public void shutdownInput() {}

  @Override
  public void shutdownOutput() {}

  @Override
  public void close() {}

  @Override
  public void abort() {}

  @Override
  public String remoteAddress() {
    return "fuzz";
  }
}
