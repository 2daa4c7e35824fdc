package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import claudemesh.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Calls verbs and holds every line that they print, on both streams, to its schema; then asks
 * whether there was all that the schemas promise.
 */
final class OutputRig {

  private final SchemaCheck check = new SchemaCheck();

  /** Calls a verb that must end with that exit code; what it printed. */
  TestCli.Result run(int code, TestCli who, String output, String... args) {
    TestCli.Result result = who.run(args);
    assertEquals(code, result.code(), () -> String.join(" ", args) + ": " + result);
    checkLines(output, result.out());
    checkComplaints(result, args);
    return result;
  }

  /** The same for a verb that ends well. */
  TestCli.Result run(TestCli who, String output, String... args) {
    return run(0, who, output, args);
  }

  void checkLines(String output, String lines) {
    lines.lines().forEach(line -> check.check(output, Json.parse(line)));
  }

  /** What a command beside the test has printed until now. */
  void checkSeen(String output, RunningCli command) {
    checkLines(output, String.join("\n", command.seen()));
  }

  /**
   * Standard error: log lines, and one that says why it failed if it did. What other calls of this
   * process log at the same time may be among them.
   */
  void checkComplaints(TestCli.Result result, String... args) {
    String verb = Verbs.startOf(List.of(args)).orElseThrow();
    int complaints = 0;
    for (String line : result.err().lines().toList()) {
      Json parsed = Json.parse(line);
      check.check(OutputSchemas.STANDARD_ERROR, parsed);
      if (parsed.string("event").equals("failed") && parsed.string("verb").equals(verb)) {
        assertEquals(result.code(), parsed.number("exit_code"), line);
        complaints++;
      }
    }
    boolean listed = !result.out().isEmpty(); // then the exit code may be about part of it
    if (result.code() != 0 && !listed) {
      assertEquals(1, complaints, () -> "who fails says why, once: " + result);
    }
  }

  /**
   * Fails if a field of one of these outputs was never seen and no reason is given for it, or if
   * one is given that is not needed.
   */
  void requireAllSeen(Set<String> outputs, Map<String, String> exceptions) {
    Set<String> expected = new TreeSet<>();
    outputs.forEach(output -> expected.addAll(check.fieldsOf(output)));
    expected.removeAll(check.seen());
    assertEquals(new TreeSet<>(exceptions.keySet()), expected, "fields that were never seen");
  }

  /** The fields of a part of an output that no test of this rig has seen, for one reason. */
  Map<String, String> unseen(String output, String part, String reason) {
    Map<String, String> fields = new TreeMap<>();
    for (String field : check.fieldsOf(output)) {
      if (field.startsWith(output + "." + part) && !check.seen().contains(field)) {
        fields.put(field, reason);
      }
    }
    return fields;
  }
}
