package claudemesh.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many columns of a terminal a text takes, and texts cut to columns. What counts is the
 * character as a person sees it, a grapheme cluster (Unicode Standard Annex 29):
 *
 * <pre>
 *   ideographs, kana, Hangul, fullwidth forms, emoji   2
 *   marks on the character before, joiners             0
 *   emoji of several (skin, flag, joined, U+FE0F)      2
 *   everything else                                    1
 * </pre>
 *
 * <p>Terminals that add up the parts of such emoji show them wider than this says. Pure; texts must
 * have no control characters, see {@link Output#safe}.
 */
final class TextWidth {

  private static final Pattern CLUSTER = Pattern.compile("\\X");

  /** Below it are no marks and nothing wide. */
  private static final int FIRST_MARK = 0x300;

  private static final int AS_EMOJI = 0xfe0f;
  private static final int JOINER = 0x200d;

  /** The second and third part of a Hangul syllable in pieces stand in the columns of the first. */
  private static final int[] JAMO_BEHIND = {0x1160, 0x11ff, 0xd7b0, 0xd7ff};

  /**
   * First and last of each range of wide characters, beside emoji: W and F in Unicode Standard
   * Annex 11, with what is not given to a character yet between them.
   */
  private static final int[] WIDE = {
    0x1100, 0x115f, 0x2329, 0x232a, 0x2630, 0x2637, 0x268a, 0x268f, 0x2e80, 0x303e, 0x3041, 0x3247,
    0x3250, 0xa4cf, 0xa960, 0xa97f, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6f,
    0xff01, 0xff60, 0xffe0, 0xffe6, 0x16fe0, 0x1b2ff, 0x1d300, 0x1d376, 0x1f200, 0x1f265, 0x20000,
    0x3fffd
  };

  private TextWidth() {}

  /** How many columns a text takes. */
  static int of(String text) {
    if (isPlain(text)) {
      return text.length();
    }
    int columns = 0;
    for (Matcher cluster = CLUSTER.matcher(text); cluster.find(); ) {
      columns += ofCluster(cluster.group());
    }
    return columns;
  }

  /**
   * A text of no more columns than that: the same, or its beginning and {@code …}.
   *
   * @param text any text of one line
   * @param columns how many there are; at least 1
   */
  static String cut(String text, int columns) {
    return of(text) <= columns ? text : beginning(text, columns - 1) + "…";
  }

  /** As many whole characters from the beginning of a text as fit in so many columns. */
  static String beginning(String text, int columns) {
    if (isPlain(text)) {
      return text.substring(0, Math.min(text.length(), columns));
    }
    int room = columns;
    int end = 0;
    for (Matcher cluster = CLUSTER.matcher(text); cluster.find(); end = cluster.end()) {
      room -= ofCluster(cluster.group());
      if (room < 0) {
        break;
      }
    }
    return text.substring(0, end);
  }

  /** Whether every char is a character of one column. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= FIRST_MARK) {
        return false;
      }
    }
    return true;
  }

  private static int ofCluster(String cluster) {
    int first = cluster.codePointAt(0);
    if (Character.charCount(first) == cluster.length()) {
      return ofCharacter(first);
    }
    boolean emoji =
        Character.isEmoji(first) && cluster.codePoints().skip(1).anyMatch(c -> joins(c));
    return emoji ? 2 : cluster.codePoints().map(TextWidth::ofCharacter).sum();
  }

  /** Whether a character makes an emoji with the ones before it, or a wide one of what was none. */
  private static boolean joins(int character) {
    return character == AS_EMOJI || character == JOINER || Character.isEmojiModifier(character);
  }

  private static int ofCharacter(int character) {
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> {
        if (isIn(JAMO_BEHIND, character)) {
          yield 0;
        }
        yield isIn(WIDE, character) || isWideEmoji(character) ? 2 : 1;
      }
    };
  }

  /** Letters of flags count as emoji, but two of them make one. */
  private static boolean isWideEmoji(int character) {
    boolean letterOfFlag = character >= 0x1f1e6 && character <= 0x1f1ff;
    return Character.isEmojiPresentation(character) && !letterOfFlag;
  }

  private static boolean isIn(int[] ranges, int character) {
    for (int i = 0; i < ranges.length && ranges[i] <= character; i += 2) {
      if (character <= ranges[i + 1]) {
        return true;
      }
    }
    return false;
  }
}
