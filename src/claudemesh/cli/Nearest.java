package claudemesh.cli;

import java.util.Optional;

/** Finds what somebody probably meant to type. Pure. */
final class Nearest {

  private Nearest() {}

  /** The word with the fewest typing mistakes, if they are few for its length. */
  static Optional<String> to(String typed, Iterable<String> words) {
    String best = null;
    int fewest = Integer.MAX_VALUE;
    for (String word : words) {
      int mistakes = mistakes(typed, word);
      if (mistakes < fewest) {
        fewest = mistakes;
        best = word;
      }
    }
    boolean near = best != null && fewest <= Math.max(1, best.length() / 3);
    return near ? Optional.of(best) : Optional.empty();
  }

  /** A question to put behind a complaint; empty text if nothing is near. */
  static String question(String typed, Iterable<String> words) {
    return to(typed, words).map(word -> "; did you mean " + word + "?").orElse("");
  }

  /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
  static int mistakes(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        d[i][j] = i == 0 || j == 0 ? i + j : step(a, b, d, i, j);
      }
    }
    return d[a.length()][b.length()];
  }

  private static int step(String a, String b, int[][] d, int i, int j) {
    int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int fewest = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(fewest, d[i - 2][j - 2] + 1) : fewest;
  }
}
