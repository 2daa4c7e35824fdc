package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.util.List;

/** The findings of one call of {@code doctor --json}, to be asked one by one. */
record Diagnosis(TestCli.Result result, List<Json> findings) {

  static final List<String> OF_MACHINE =
      List.of("java", "config", "permissions", "disk", "daemon", "broker");
  static final List<String> OF_MESH =
      List.of("proxy", "dns", "tcp", "tls", "upgrade", "clock", "hello", "round_trip");

  /** Makes one, and checks what holds for every finding. */
  static Diagnosis of(TestCli.Result result) {
    List<Json> findings = result.out().lines().map(Json::parseObject).toList();
    for (Json finding : findings) {
      String status = finding.string("status");
      boolean wrong = status.equals("warn") || status.equals("fail");
      assertTrue(List.of("ok", "warn", "fail", "skipped").contains(status), finding.toString());
      assertEquals(wrong, finding.has("advice"), finding.toString());
      assertFalse(finding.string("found").isEmpty(), finding.toString());
      assertTrue(finding.has("took_ms"), finding.toString());
      SchemaCheck schema = new SchemaCheck();
      schema.check("doctor", finding);
      String form = "doctor.figures<" + finding.string("check") + ">.";
      boolean seen = schema.seen().stream().anyMatch(field -> field.startsWith(form));
      assertEquals(finding.has("figures"), seen, finding.toString());
    }
    boolean failed = findings.stream().anyMatch(one -> one.string("status").equals("fail"));
    assertEquals(failed, result.code() != 0, result.toString());
    return new Diagnosis(result, findings);
  }

  /** What a check of the machine, or of the only mesh, found. */
  Json finding(String check) {
    List<Json> all = findings.stream().filter(one -> one.string("check").equals(check)).toList();
    assertEquals(1, all.size(), () -> check + " in " + result.out());
    return all.getFirst();
  }

  /** The statuses of one mesh's checks, or of the machine's for null, in the order told. */
  List<String> statuses(String mesh) {
    return findings.stream()
        .filter(one -> one.optionalString("mesh").orElse("").equals(mesh == null ? "" : mesh))
        .map(one -> one.string("check") + " " + one.string("status"))
        .toList();
  }

  Json figures(String check) {
    return finding(check).get("figures").orElseThrow();
  }

  Diagnosis found(String check, String status, String words) {
    Json finding = finding(check);
    assertEquals(status, finding.string("status"), finding.toString());
    assertTrue(finding.string("found").contains(words), finding.toString());
    return this;
  }

  Diagnosis advises(String check, String words) {
    Json finding = finding(check);
    assertTrue(finding.string("advice").contains(words), finding.toString());
    return this;
  }

  /** Some checks were skipped for the sake of one that failed. */
  Diagnosis skipped(String because, String... checks) {
    for (String check : checks) {
      Json finding = finding(check);
      assertEquals("skipped", finding.string("status"), finding.toString());
      assertEquals(because, finding.string("because", ""), finding.toString());
    }
    return this;
  }

  Diagnosis exits(int code) {
    assertEquals(code, result.code(), result.toString());
    return this;
  }
}
