package claudemesh.conformance;

import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the suite found, held against what is expected of it: everything passes, but for what {@code
 * exceptions.txt} lists with a reason. An exception that passes is as unexpected as a failure.
 */
final class Verdicts {

  private static final Path EXCEPTIONS = Path.of("test", "conformance", "exceptions.txt");
  private static final Set<String> PASSES = Set.of("OK", "NON-STRICT", "INFORMATIONAL");

  private static final int TOO_BIG = 1009;

  /** What the list says of some cases of one agent. */
  private record Listed(String agent, String cases, String verdict, String reason) {

    boolean covers(String who, String id) {
      boolean group = cases.endsWith(".*") && id.startsWith(cases.substring(0, cases.length() - 1));
      return agent.equals(who) && (group || cases.equals(id));
    }

    /** A verdict with a question mark does not come every time. */
    boolean allowsPass() {
      return verdict.endsWith("?");
    }

    boolean allows(String found) {
      return found.equals(allowsPass() ? verdict.substring(0, verdict.length() - 1) : verdict);
    }
  }

  /** How many cases of one agent and group came out how. */
  private static final class Row {
    private final Map<String, Integer> counts = new TreeMap<>();
    private int unexpected;
  }

  private final List<Listed> exceptions;
  private final Map<String, Row> rows = new TreeMap<>();
  private final List<String> complaints = new ArrayList<>();
  private final Map<Listed, Integer> used = new HashMap<>();
  private int passed;
  private int listed;

  Verdicts() throws IOException {
    exceptions =
        Files.readAllLines(EXCEPTIONS).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(line -> line.strip().split("\\s+", 4))
            .map(words -> new Listed(words[0], words[1], words[2], words[3]))
            .toList();
  }

  /**
   * Judges one agent.
   *
   * @param reports what the suite wrote
   * @param agent whom it tested
   * @param cases how many cases there should be; negative if that is not known
   */
  void judge(Json reports, String agent, int cases) {
    Json found = reports.get(agent).orElse(Json.object().build());
    List<String> ids = new ArrayList<>(found.names());
    ids.sort(Comparator.comparing(Verdicts::sortable));
    ids.forEach(id -> judge(agent, id, verdict(found.get(id).orElseThrow())));
    if (cases >= 0 ? ids.size() != cases : ids.isEmpty()) {
      complaints.add(
          agent + ": expected " + (cases < 0 ? "some" : cases) + " cases, found " + ids.size());
    }
  }

  /** One word: how the case ended, with the close code where that is what counts. */
  private static String verdict(Json found) {
    String behavior = found.string("behavior").replace(' ', '-');
    String close = found.string("behaviorClose").replace(' ', '-');
    long code = found.optionalNumber("remoteCloseCode").orElse(0);
    if (!PASSES.contains(behavior)) {
      return code == TOO_BIG ? "REFUSED-1009" : behavior;
    }
    return PASSES.contains(close) ? behavior : behavior + "/close-" + close;
  }

  private void judge(String agent, String id, String verdict) {
    Row row = rows.computeIfAbsent(agent + "  " + sortable(group(id)), key -> new Row());
    row.counts.merge(verdict, 1, Integer::sum);
    boolean passes = PASSES.contains(verdict);
    Listed exception =
        exceptions.stream().filter(e -> e.covers(agent, id)).findFirst().orElse(null);
    if (exception != null && exception.allows(verdict)) {
      listed++;
      used.merge(exception, 1, Integer::sum);
    } else if (passes && (exception == null || exception.allowsPass())) {
      passed++;
    } else {
      row.unexpected++;
      String expected = exception == null ? "a pass" : exception.verdict();
      complaints.add(agent + " " + id + ": expected " + expected + ", found " + verdict);
    }
  }

  private static String group(String id) {
    return id.substring(0, id.indexOf('.'));
  }

  /** Case numbers so that 10 comes after 9. */
  private static String sortable(String id) {
    StringBuilder text = new StringBuilder();
    for (String part : id.split("\\.")) {
      text.append(text.isEmpty() ? "" : ".").append(" ".repeat(2 - part.length())).append(part);
    }
    return text.toString();
  }

  /** Prints the table, the exceptions that were met and what was unexpected. */
  boolean print() {
    System.out.printf("%-18s %5s  %s%n", "agent", "group", "verdicts");
    rows.forEach(
        (key, row) -> {
          String[] words = key.split("\\s+");
          String flag = row.unexpected == 0 ? "" : "   unexpected: " + row.unexpected;
          System.out.printf("%-18s %5s  %s%s%n", words[0], words[1], counts(row), flag);
        });
    System.out.println("\nlisted exceptions that were met (" + EXCEPTIONS + "):");
    for (Listed e : exceptions) {
      if (used.containsKey(e)) {
        System.out.printf(
            "%-18s %-8s %-26s ×%-3d %s%n",
            e.agent(), e.cases(), e.verdict(), used.get(e), e.reason());
      }
    }
    complaints.forEach(complaint -> System.out.println("UNEXPECTED  " + complaint));
    System.out.printf(
        "conformance: %d OK, %d listed exceptions, %d unexpected%n",
        passed, listed, complaints.size());
    return complaints.isEmpty();
  }

  private static String counts(Row row) {
    StringBuilder text = new StringBuilder();
    row.counts.forEach(
        (verdict, count) ->
            text.append(text.isEmpty() ? "" : ", ").append(count).append(' ').append(verdict));
    return text.toString();
  }
}
