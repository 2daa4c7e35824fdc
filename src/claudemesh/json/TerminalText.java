package claudemesh.json;

/**
 * Makes text that came from somebody else safe to show on a terminal. Escape sequences could
 * rewrite the screen, and bidirectional marks make a name read as another; both are shown as what
 * they are instead. Pure and thread-safe.
 */
public final class TerminalText {

  private TerminalText() {}

  /**
   * Escapes control characters, format characters (bidirectional marks, zero-width joiners) and
   * lone surrogates as {@code \}{@code uXXXX}; everything else stays as it is.
   *
   * @param text any text
   * @return text of one line that moves no cursor and hides nothing
   */
  public static String escape(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 8);
    text.codePoints()
        .forEach(
            c -> {
              if (isHarmless(c)) {
                safe.appendCodePoint(c);
              } else if (Character.isBmpCodePoint(c)) {
                safe.append(String.format("\\u%04x", c));
              } else {
                safe.append(String.format("\\u{%x}", c));
              }
            });
    return safe.toString();
  }

  private static boolean isHarmless(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
