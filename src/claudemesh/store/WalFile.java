package claudemesh.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Looks through a write-ahead log left by a crash before the database replays it. The database
 * itself stops at the first frame whose checksum is wrong and drops all that follow without a word:
 * right for a write cut short by a crash, wrong for a bit that flipped in what was synced.
 *
 * <pre>
 *   header  32 bytes   magic 377f0682 or 377f0683 (checksums over little- or big-endian words),
 *                      version, page size, checkpoint number, salt 1, salt 2, checksum 1, 2
 *   frame   24 bytes   page number, pages of the database if this ends a transaction or else 0,
 *                      salt 1, salt 2, checksum 1, 2 (of the frame before, these 8 bytes, the page)
 *           + page
 * </pre>
 *
 * <p>All numbers are big-endian. A transaction is synced before the next is begun, and before the
 * index beside the log counts it. So after a crash only the last one may be incomplete; a bad frame
 * with a whole later transaction begun behind it is damage, and so are fewer good frames than the
 * index counts. Not told apart, if the index is gone: damage within the last transaction, or a log
 * cut off behind a transaction, from a last transaction cut short by the crash.
 */
final class WalFile {

  private static final int HEADER = 32;
  private static final int FRAME_HEADER = 24;
  private static final int MAGIC = 0x377f0682;
  private static final int MIN_PAGE = 512;
  private static final int MAX_PAGE = 65_536;

  private final FileChannel channel;
  private ByteOrder words;
  private int pageSize;
  private long salts;

  private WalFile(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * What a look found.
   *
   * @param dropped frames at the end that belong to no whole transaction, and will not be replayed
   * @param damage what is damaged in front of a later transaction; null if nothing is
   */
  record Verdict(int dropped, String damage) {}

  /**
   * Looks through a file; none, or an empty one, is sound. Nothing may have it open.
   *
   * @param file the log
   * @param index the index that stood beside it, if any
   * @return what it found
   * @throws IOException if it cannot be read
   */
  static Verdict check(Path file, WalIndex index) throws IOException {
    if (!Files.exists(file) || Files.size(file) == 0) {
      return new Verdict(0, null);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new WalFile(channel).check(index);
    }
  }

  private Verdict check(WalIndex index) throws IOException {
    ByteBuffer header = read(channel, 0, HEADER);
    if (header == null || channel.size() < HEADER + FRAME_HEADER + MIN_PAGE) {
      return new Verdict(0, null); // cut short before anything in it could count
    }
    String damage = takeHeader(header);
    if (damage != null) {
      return new Verdict(0, "its header: " + damage);
    }
    long frames = (channel.size() - HEADER) / (FRAME_HEADER + pageSize);
    return checkFrames(frames, header.getLong(24), index.framesOf(salts));
  }

  private String takeHeader(ByteBuffer header) {
    int magic = header.getInt(0);
    if ((magic & ~1) != MAGIC) {
      return "expected the magic number 377f0682, found " + Integer.toHexString(magic);
    }
    words = (magic & 1) == 1 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    pageSize = header.getInt(8);
    salts = header.getLong(16);
    if (pageSize < MIN_PAGE || pageSize > MAX_PAGE || Integer.bitCount(pageSize) != 1) {
      return "a page size of " + pageSize;
    }
    return checksum(0, header, 0, 24, words) == header.getLong(24) ? null : "its checksum is wrong";
  }

  private Verdict checkFrames(long frames, long headerChecksum, long counted) throws IOException {
    long previous = headerChecksum;
    long good = 0;
    long wholeUntil = 0;
    while (good < frames) {
      ByteBuffer frame = frame(good);
      if (!isSound(frame, previous)) {
        break;
      }
      previous = frame.getLong(16);
      good++;
      if (frame.getInt(4) != 0) {
        wholeUntil = good;
      }
    }
    if (wholeUntil < counted) {
      String found = "expected " + counted + " whole frames, found " + wholeUntil;
      return new Verdict(0, found);
    }
    return afterFirstBad(frames, good, wholeUntil);
  }

  /** Whether behind the first bad frame a transaction ends and another one begins. */
  private Verdict afterFirstBad(long frames, long bad, long wholeUntil) throws IOException {
    boolean ended = false;
    long last = wholeUntil - 1;
    for (long i = bad; i < frames; i++) {
      ByteBuffer frame = frame(i);
      if (frame.getLong(8) != salts) {
        continue; // left from an earlier round of the log, or the bad one itself
      }
      last = i;
      // The frame before is the one thing that its checksum still needs of it.
      boolean genuine = i > bad && isSound(frame, frame(i - 1).getLong(16));
      if (genuine && ended) {
        return new Verdict(0, "frame " + (bad + 1) + " of " + frames);
      }
      ended |= frame.getInt(4) != 0;
    }
    return new Verdict((int) Math.min(Integer.MAX_VALUE, last + 1 - wholeUntil), null);
  }

  private boolean isSound(ByteBuffer frame, long previous) {
    if (frame.getLong(8) != salts || frame.getInt(0) == 0) {
      return false;
    }
    long head = checksum(previous, frame, 0, 8, words);
    long sum = checksum(head, frame, FRAME_HEADER, pageSize, words);
    return sum == frame.getLong(16);
  }

  private ByteBuffer frame(long index) throws IOException {
    ByteBuffer frame =
        read(channel, HEADER + index * (FRAME_HEADER + pageSize), FRAME_HEADER + pageSize);
    if (frame == null) {
      throw new IOException("the log became shorter while it was read");
    }
    return frame;
  }

  /** Null if the file ends before. */
  static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        return null;
      }
    }
    return bytes.flip();
  }

  /** The log's own running checksum: two sums of 32 bits over pairs of words. */
  static long checksum(long seed, ByteBuffer bytes, int from, int length, ByteOrder words) {
    ByteBuffer in = bytes.duplicate().order(words);
    int s0 = (int) (seed >>> 32);
    int s1 = (int) seed;
    for (int i = from; i < from + length; i += 8) {
      s0 += in.getInt(i) + s1;
      s1 += in.getInt(i + 4) + s0;
    }
    return (long) s0 << 32 | s1 & 0xffff_ffffL;
  }
}
