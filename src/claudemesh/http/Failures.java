package claudemesh.http;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Words for a handler's exception, on one line of the log. */
final class Failures {

  private static final int FRAMES = 6;

  private Failures() {}

  /** The exception, and the innermost calls that led to it. */
  static String describe(Throwable failure) {
    return Arrays.stream(failure.getStackTrace())
        .limit(FRAMES)
        .map(StackTraceElement::toString)
        .collect(Collectors.joining(" < ", failure + " at ", ""));
  }
}
