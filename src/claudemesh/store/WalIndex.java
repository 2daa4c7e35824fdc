package claudemesh.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The head of the index beside a write-ahead log, as a crash left it. It is memory that processes
 * share, kept in a file: a process that is killed leaves it whole; after a power cut it may be old,
 * but never ahead of what was synced.
 *
 * <pre>
 *   0  version 3007000        12  1 if in use      16  frames that count    24  checksum of the last
 *   4  nothing                13  word order       20  pages of the         32  salts of the log
 *   8  number of changes      14  page size            database             40  checksum of 0 to 40
 *   48 the same once more
 * </pre>
 *
 * <p>Numbers are in the machine's order, salts in the log's.
 */
final class WalIndex {

  private static final int VERSION = 3_007_000;
  private static final int COPY = 48;
  private static final int CHECKED = 40;

  private final long salts;
  private final long frames;

  private WalIndex(long salts, long frames) {
    this.salts = salts;
    this.frames = frames;
  }

  /** Reads one; none, or one that is not whole, counts nothing. Nothing may have it open. */
  static WalIndex read(Path file) throws IOException {
    WalIndex none = new WalIndex(0, 0);
    if (!Files.exists(file)) {
      return none;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer head = WalFile.read(channel, 0, 2 * COPY);
      return head != null && isWhole(head) ? of(head) : none;
    }
  }

  private static boolean isWhole(ByteBuffer head) {
    ByteOrder own = ByteOrder.nativeOrder();
    ByteBuffer numbers = head.duplicate().order(own);
    long sum = WalFile.checksum(0, head, 0, CHECKED, own);
    return numbers.getInt(0) == VERSION
        && head.get(12) == 1
        && head.slice(0, COPY).equals(head.slice(COPY, COPY))
        && numbers.getInt(CHECKED) == (int) (sum >>> 32)
        && numbers.getInt(CHECKED + 4) == (int) sum;
  }

  private static WalIndex of(ByteBuffer head) {
    long frames = head.duplicate().order(ByteOrder.nativeOrder()).getInt(16) & 0xffff_ffffL;
    return new WalIndex(head.getLong(32), frames);
  }

  /** How many frames of a log with these salts were committed, as far as known. */
  long framesOf(long logSalts) {
    return salts == logSalts ? frames : 0;
  }
}
