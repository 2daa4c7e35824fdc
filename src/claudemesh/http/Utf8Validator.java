package claudemesh.http;

/**
 * Checks UTF-8 that comes in parts, and fails at the first byte that cannot be part of it: overlong
 * forms, surrogates and code points above 10FFFF (RFC 3629 §4). Not thread-safe.
 */
final class Utf8Validator {

  // What the next byte must be, if it continues a character.
  private int missing;
  private int lowest;
  private int highest;

  /**
   * Checks the next part.
   *
   * @param bytes holds the part
   * @param offset where it begins
   * @param length how long it is
   * @return false as soon as no continuation could make it valid; then start afresh
   */
  boolean feed(byte[] bytes, int offset, int length) {
    int end = offset + length;
    for (int at = offset; at < end; at++) {
      int unit = bytes[at];
      if (missing == 0 ? unit < 0 && !begin(unit & 0xff) : !go(unit & 0xff)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether the text may end here.
   *
   * @return false inside a character
   */
  boolean isComplete() {
    return missing == 0;
  }

  /** Whether a whole text is valid. */
  static boolean isValid(byte[] bytes, int offset, int length) {
    Utf8Validator validator = new Utf8Validator();
    return validator.feed(bytes, offset, length) && validator.isComplete();
  }

  private boolean begin(int unit) {
    lowest = 0x80;
    highest = 0xBF;
    if (unit >= 0xC2 && unit <= 0xDF) {
      missing = 1;
    } else if (unit >= 0xE0 && unit <= 0xEF) {
      missing = 2;
      lowest = unit == 0xE0 ? 0xA0 : 0x80; // below: overlong
      highest = unit == 0xED ? 0x9F : 0xBF; // above: surrogates
    } else if (unit >= 0xF0 && unit <= 0xF4) {
      missing = 3;
      lowest = unit == 0xF0 ? 0x90 : 0x80; // below: overlong
      highest = unit == 0xF4 ? 0x8F : 0xBF; // above: past 10FFFF
    }
    return missing > 0;
  }

  private boolean go(int unit) {
    boolean fits = unit >= lowest && unit <= highest;
    missing--;
    lowest = 0x80;
    highest = 0xBF;
    return fits;
  }
}
