package claudemesh.http;

import java.util.Arrays;

/** Changes inside one record. */
final class Edits {

  private static final int LENGTH_AT = 3;

  private Edits() {}

  /** A record as a change leaves it; the same one if it is too short for it. */
  static byte[] apply(byte[] record, TlsScript.Change change) {
    if (record.length == 0) {
      return record;
    }
    int at = change.offset() % record.length;
    byte[] changed = record.clone();
    switch (change.kind()) {
      case FLIP -> changed[at] ^= (byte) (1 << change.value() % 8);
      case SET -> changed[at] = (byte) change.value();
      case TYPE -> changed[0] = (byte) (change.value() % 32);
      case LENGTH -> {
        if (record.length > LENGTH_AT + 1) {
          changed[LENGTH_AT] = (byte) (change.offset() % 2 == 0 ? 0 : change.offset() >> 1);
          changed[LENGTH_AT + 1] = (byte) change.value();
        }
      }
      case INSERT -> {
        changed = Arrays.copyOf(record, record.length + change.value());
        System.arraycopy(record, at, changed, at + change.value(), record.length - at);
      }
      case DELETE -> {
        int count = Math.min(record.length - at, change.value());
        System.arraycopy(record, at + count, changed, at, record.length - at - count);
        changed = Arrays.copyOf(changed, record.length - count);
      }
      default -> throw new IllegalArgumentException(change + " is not inside a record");
    }
    return changed;
  }
}
