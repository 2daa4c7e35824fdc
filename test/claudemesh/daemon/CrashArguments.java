package claudemesh.daemon;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * What {@code make crash ARGS="rounds 20 seed 7"} asks for, by the property {@code
 * claudemesh.crash.args} with commas between its words; without it, the short run of all tests.
 *
 * @param rounds how often something is killed
 * @param seed draws the moments
 * @param limit no round begins later
 * @param stop whether a process is stopped for as long as connections are given up in
 */
record CrashArguments(int rounds, long seed, Duration limit, boolean stop) {

  private static final CrashArguments SHORT =
      new CrashArguments(2, 1, Duration.ofMinutes(1), false);
  private static final int USUAL_ROUNDS = 200;
  private static final int USUAL_MINUTES = 15;

  static CrashArguments ofProcess() {
    String given = System.getProperty("claudemesh.crash.args");
    return given == null
        ? SHORT
        : of(Arrays.stream(given.split(",")).filter(word -> !word.isEmpty()).toList());
  }

  private static CrashArguments of(List<String> words) {
    int rounds = USUAL_ROUNDS;
    int minutes = USUAL_MINUTES;
    long seed = System.nanoTime();
    boolean stop = false;
    for (int i = 0; i < words.size(); i++) {
      switch (words.get(i)) {
        case "rounds" -> rounds = Integer.parseInt(value(words, ++i));
        case "seed" -> seed = Long.parseLong(value(words, ++i));
        case "minutes" -> minutes = Integer.parseInt(value(words, ++i));
        case "stop" -> stop = true;
        default -> throw new IllegalArgumentException(usage(words.get(i)));
      }
    }
    return new CrashArguments(rounds, seed, Duration.ofMinutes(minutes), stop);
  }

  private static String value(List<String> words, int index) {
    if (index >= words.size() || !words.get(index).matches("\\d{1,18}")) {
      throw new IllegalArgumentException(usage(String.join(" ", words)));
    }
    return words.get(index);
  }

  private static String usage(String found) {
    return "expected ARGS=\"[rounds N] [seed N] [minutes N] [stop]\", found " + found;
  }
}
