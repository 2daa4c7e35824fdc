package claudemesh.bench;

import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured: printed row by row as a table, kept for the JSON file. */
final class Report {

  /**
   * What a value is held against.
   *
   * @param atLeast whether more is better
   * @param limit the value that is just good enough
   */
  record Budget(boolean atLeast, double limit) {

    static Budget atLeast(double limit) {
      return new Budget(true, limit);
    }

    static Budget atMost(double limit) {
      return new Budget(false, limit);
    }

    boolean isKept(double value) {
      return atLeast ? value >= limit : value <= limit;
    }

    private String verdict(double value) {
      return (isKept(value) ? "kept" : "MISSED") + (atLeast ? " (≥ " : " (≤ ") + text(limit) + ")";
    }
  }

  private final List<Json> rows = new ArrayList<>();

  Report() {
    System.out.printf("%-66s %12s  %s%n", "what", "value", "unit");
  }

  /** Begins a group of rows. */
  void section(String title) {
    System.out.printf("%n%s%n", title);
  }

  void row(String what, double value, String unit) {
    System.out.printf("%-66s %12s  %s%n", what, text(value), unit);
    rows.add(json(what, value, unit).build());
  }

  void row(String what, double value, String unit, Budget budget) {
    System.out.printf(
        "%-66s %12s  %s, budget %s%n", what, text(value), unit, budget.verdict(value));
    rows.add(
        json(what, value, unit)
            .put(budget.atLeast ? "at_least" : "at_most", number(budget.limit))
            .put("kept", budget.isKept(value))
            .build());
  }

  /** Something that could not be measured, and why. */
  void missing(String what, String why) {
    System.out.printf("%-66s %12s  %s%n", what, "–", why);
    rows.add(Json.object().put("what", what).put("missing", why).build());
  }

  private static Json.Builder json(String what, double value, String unit) {
    return Json.object().put("what", what).put("value", number(value)).put("unit", unit);
  }

  private static Json number(double value) {
    return Json.parse(
        value == Math.rint(value)
            ? Long.toString((long) value)
            : String.format(Locale.ROOT, "%.3f", value));
  }

  private static String text(double value) {
    boolean whole = value == Math.rint(value) || Math.abs(value) >= 1_000;
    return String.format(whole ? "%,.0f" : "%,.2f", value);
  }

  void write(Path file) throws IOException {
    Files.writeString(file, Json.array(rows).toPrettyString() + "\n");
    System.out.println("the same as JSON: " + file);
  }
}
