package claudemesh.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How one TLS connection goes: what its client does, and what happens to the client's records on
 * their way. As bytes, two of flags, then five for each change:
 *
 * <table>
 *   <caption>bytes of an input</caption>
 *   <tr><td>0</td><td>bit 0 TLS 1.2, 1 new keys or a renegotiation amidst the messages, 2 no client
 *     at all: what follows is sent as it is, 3 short records, 4 long messages, 5 the server says
 *     goodbye first, 6 the client hangs up without one, 7 another session</td></tr>
 *   <tr><td>1</td><td>how many bytes the server reads at a time: bits 0 and 1 choose; bits 2 and 3
 *     how many messages; bit 4 the server aborts</td></tr>
 *   <tr><td>kind, record, offset (2 bytes), value</td><td>a change of one record of the
 *     client's</td></tr>
 * </table>
 */
final class TlsScript {

  private static final int[] READS = {1, 40, 256, 40_000};
  private static final int CHANGE = 5;
  private static final int MOST_RECORDS = 12;
  private static final int MOST_CHANGES = 40;
  private static final String SHORT = "a message in a record";
  private static final String LONG = "0123456789abcdef".repeat(2_500);

  /** What can happen to a record. */
  enum Kind {
    FLIP,
    SET,
    INSERT,
    DELETE,
    CUT,
    REPEAT,
    DROP,
    LENGTH,
    TYPE,
    HOLD,
    SPLIT,
    BEFORE
  }

  /** A change of one record, by its number. */
  record Change(Kind kind, int record, int offset, int value) {}

  private final byte[] input;

  TlsScript(byte[] input) {
    this.input = input;
  }

  private int at(int index) {
    return index < input.length ? input[index] & 0xff : 0;
  }

  private boolean flag(int bit) {
    return (at(0) >> bit & 1) != 0;
  }

  boolean old() {
    return flag(0);
  }

  boolean newKeys() {
    return flag(1);
  }

  /** What nobody may: TLS 1.3 changes keys in another way. */
  boolean renegotiates() {
    return old() && newKeys();
  }

  boolean raw() {
    return flag(2);
  }

  boolean shortRecords() {
    return flag(3);
  }

  boolean serverLeaves() {
    return flag(5);
  }

  boolean hangsUp() {
    return flag(6);
  }

  int session() {
    return flag(7) ? 1 : 0;
  }

  int readAtOnce() {
    // Long messages that come back in tiny pieces would be all that there is time for.
    return READS[flag(4) ? at(1) & 3 | 2 : at(1) & 3];
  }

  boolean aborts() {
    return (at(1) & 16) != 0;
  }

  /** What the client says. */
  List<byte[]> messages() {
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i <= (at(1) >> 2 & 3); i++) {
      String text = i + (flag(4) && i % 2 == 0 ? LONG : SHORT);
      messages.add(text.getBytes(StandardCharsets.US_ASCII));
    }
    return messages;
  }

  /** What is sent where there is no client. */
  byte[] rest() {
    return Arrays.copyOfRange(input, Math.min(2, input.length), input.length);
  }

  List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    Kind[] kinds = Kind.values();
    for (int i = 2; i < input.length && changes.size() < MOST_CHANGES; i += CHANGE) {
      changes.add(
          new Change(
              kinds[at(i) % kinds.length],
              at(i + 1) % MOST_RECORDS,
              at(i + 2) << 8 | at(i + 3),
              at(i + 4)));
    }
    return changes;
  }

  /** A script of a client, with few changes: a peer gives up at the first that it minds. */
  static byte[] generate(RandomGenerator random) {
    int changes = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(random.nextInt(3) + 1);
    byte[] script = new byte[2 + CHANGE * changes];
    random.nextBytes(script);
    script[0] &= (byte) ~4;
    script[0] &= (byte) (random.nextInt(4) == 0 ? 0xff : ~(1 << 5 | 1 << 6));
    script[1] &= (byte) (random.nextInt(8) == 0 ? 0xff : ~16);
    for (int at = 2; at < script.length; at += CHANGE) {
      script[at + 1] = (byte) random.nextInt(random.nextInt(MOST_RECORDS) + 1);
      script[at + 2] = 0; // most records are short, and what matters stands in front
    }
    return script;
  }

  /** Bytes of no client: these, after flags. */
  static byte[] raw(RandomGenerator random, byte[] bytes) {
    byte[] input = new byte[2 + bytes.length];
    input[0] = 4;
    input[1] = (byte) random.nextInt(4);
    System.arraycopy(bytes, 0, input, 2, bytes.length);
    return input;
  }

  /** A record with its header. */
  static byte[] sealed(int type, byte[] content) {
    byte[] record = new byte[5 + content.length];
    record[0] = (byte) type;
    record[1] = 3;
    record[2] = 3;
    record[3] = (byte) (content.length >> 8);
    record[4] = (byte) content.length;
    System.arraycopy(content, 0, record, 5, content.length);
    return record;
  }

  /** One record's two halves, each with a header of its own. */
  static List<byte[]> split(byte[] record, int offset) {
    if (record.length < 7) {
      return List.of(record);
    }
    int at = 6 + offset % (record.length - 6);
    return List.of(
        sealed(record[0], Arrays.copyOfRange(record, 5, at)),
        sealed(record[0], Arrays.copyOfRange(record, at, record.length)));
  }
}
