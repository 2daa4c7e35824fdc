package claudemesh.crypto;

/** The written forms of keys and signatures: lowercase hex of a fixed length, protocol.md §1. */
public final class Keys {
  static final int PUBLIC_HEX_LENGTH = 64;
  static final int SIGNATURE_HEX_LENGTH = 128;
  static final int SECRET_HEX_LENGTH = 128;

  private Keys() {}

  /**
   * Whether a text has the form of a public key. It need not be a point of the curve.
   *
   * @param text any text, or null
   * @return true for exactly 64 lowercase hex digits
   */
  public static boolean isPublicHex(String text) {
    return isHex(text, PUBLIC_HEX_LENGTH);
  }

  /**
   * Whether a text has the form of a detached signature.
   *
   * @param text any text, or null
   * @return true for exactly 128 lowercase hex digits
   */
  public static boolean isSignatureHex(String text) {
    return isHex(text, SIGNATURE_HEX_LENGTH);
  }

  static boolean isHex(String text, int length) {
    return text != null && text.length() == length && text.chars().allMatch(Keys::isHexDigit);
  }

  /** Refuses anything but lowercase hex; never repeats the text, since it may be a secret. */
  static void requireHex(String text, int length, String what) {
    if (!isHex(text, length)) {
      String actual = text == null ? "nothing" : describe(text, length);
      throw new IllegalArgumentException(
          what + " must be " + length + " lowercase hex digits, but is " + actual);
    }
  }

  private static String describe(String text, int length) {
    return text.length() == length ? "of other characters" : text.length() + " characters long";
  }

  private static boolean isHexDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }
}
