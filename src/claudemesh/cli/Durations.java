package claudemesh.cli;

import claudemesh.json.Json;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people type and read them. Pure. */
final class Durations {

  private static final Pattern TYPED = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h|d|w)?");
  private static final Map<String, Long> MILLIS =
      Map.of(
          "ms",
          1L,
          "s",
          1_000L,
          "m",
          60_000L,
          "h",
          3_600_000L,
          "d",
          86_400_000L,
          "w",
          604_800_000L);

  private Durations() {}

  /**
   * Reads a number with a unit; a bare number is seconds.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Duration parse(String text) {
    Matcher typed = TYPED.matcher(text);
    if (!typed.matches()) {
      throw new IllegalArgumentException(
          "expected a duration such as 30, 1.5s, 200ms, 10m, 12h or 7d, found \"" + text + "\"");
    }
    String unit = typed.group(2) == null ? "s" : typed.group(2);
    double millis = Double.parseDouble(typed.group(1)) * MILLIS.get(unit);
    return Duration.ofMillis(Math.round(millis));
  }

  /** Writes a duration in milliseconds or seconds, with the digits that matter. */
  static String shown(Duration duration) {
    double millis = duration.toNanos() / 1e6;
    if (millis < 1_000) {
      return String.format(Locale.ROOT, millis < 10 ? "%.2f ms" : "%.1f ms", millis);
    }
    return String.format(Locale.ROOT, "%.1f s", millis / 1_000);
  }

  /** Milliseconds with microseconds after the point, as JSON. */
  static Json millis(Duration duration) {
    return Json.parse(String.format(Locale.ROOT, "%.3f", duration.toNanos() / 1e6));
  }
}
