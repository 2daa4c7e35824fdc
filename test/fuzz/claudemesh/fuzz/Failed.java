package claudemesh.fuzz;

/** Something that must be true of an input is not. */
public final class Failed extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private Failed(String message) {
    super(message);
  }

  /**
   * Fails unless two results are equal.
   *
   * @param what what they are
   * @param expected what it should be
   * @param actual what it is
   */
  public static void unlessEqual(String what, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new Failed(what + ": expected " + shown(expected) + ", found " + shown(actual));
    }
  }

  /**
   * Fails unless something holds.
   *
   * @param what what should hold
   * @param holds whether it does
   */
  public static void unless(String what, boolean holds) {
    if (!holds) {
      throw new Failed(what);
    }
  }

  private static String shown(Object value) {
    String text = value.toString();
    return text.length() > 600 ? text.substring(0, 600) + "…" : text;
  }
}
