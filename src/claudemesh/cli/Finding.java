package claudemesh.cli;

import claudemesh.json.Json;
import java.time.Duration;
import java.util.Optional;

/**
 * What one check of {@code doctor} found; with {@code --json} a line with these fields.
 *
 * @param check the check's name
 * @param mesh the mesh that it looked at; empty for what is of this machine, and left out then
 * @param status how it stands
 * @param found what was found, with its figures; may have other people's words in it, not escaped
 * @param advice one sentence: what to do about it; with {@code warn} and {@code fail} only
 * @param because the failed check for whose sake this one was skipped; left out for others
 * @param figures what was found, for programs; which fields depends on the check
 * @param code the exit code that goes with it, should it have failed; no field
 * @param took how long it took; {@code took_ms}
 */
record Finding(
    String check,
    Optional<String> mesh,
    Status status,
    String found,
    Optional<String> advice,
    Optional<String> because,
    Json figures,
    ExitCode code,
    Duration took) {

  /** How a check ended. */
  enum Status {
    OK("ok", Table.Look.GOOD),
    WARN("warn", Table.Look.BUSY),
    FAIL("fail", Table.Look.BAD),
    SKIPPED("skipped", Table.Look.FAINT);

    private final String word;
    private final Table.Look look;

    Status(String word, Table.Look look) {
      this.word = word;
      this.look = look;
    }

    String word() {
      return word;
    }

    Table.Look look() {
      return look;
    }
  }

  private static final Json NONE = Json.object().build();

  private static Finding of(Status status, String found, Optional<String> advice, ExitCode code) {
    Optional<String> none = Optional.empty();
    return new Finding("", none, status, found, advice, none, NONE, code, Duration.ZERO);
  }

  /** All is well. */
  static Finding ok(String found) {
    return of(Status.OK, found, Optional.empty(), ExitCode.OK);
  }

  /** It works, but not as it should, or not for long. */
  static Finding warn(String found, String advice) {
    return of(Status.WARN, found, Optional.of(advice), ExitCode.OK);
  }

  /** It does not work. */
  static Finding fail(ExitCode code, String found, String advice) {
    return of(Status.FAIL, found, Optional.of(advice), code);
  }

  /** There was nothing to look at. */
  static Finding skipped(String why) {
    return of(Status.SKIPPED, why, Optional.empty(), ExitCode.OK);
  }

  /** It could not be looked at, since another check has failed. */
  static Finding skippedBecause(String failed, String why) {
    return new Finding(
        "",
        Optional.empty(),
        Status.SKIPPED,
        why,
        Optional.empty(),
        Optional.of(failed),
        NONE,
        ExitCode.OK,
        Duration.ZERO);
  }

  /** The same with figures for programs. */
  Finding with(Json.Builder forPrograms) {
    return new Finding(
        check, mesh, status, found, advice, because, forPrograms.build(), code, took);
  }

  /** The same with whose finding it is, and how long it took. */
  Finding by(String name, Optional<String> ofMesh, Duration after) {
    return new Finding(name, ofMesh, status, found, advice, because, figures, code, after);
  }

  /** Whether what needs this check can be done. */
  boolean stands() {
    return status != Status.FAIL && because.isEmpty();
  }

  Json toJson() {
    Json.Builder line =
        Json.object()
            .put("check", check)
            .put("mesh", mesh)
            .put("status", status.word())
            .put("found", found)
            .put("advice", advice)
            .put("because", because);
    if (!figures.names().isEmpty()) {
      line.put("figures", figures);
    }
    return line.put("took_ms", Durations.millis(took)).build();
  }
}
