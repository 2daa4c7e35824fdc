package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.lifecycle.HttpAnswer;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/**
 * {@code clock}: how far this machine's clock is off the broker's, by the {@code Date} of its HTTP
 * answers. That tells whole seconds, so the finding has an uncertainty: half a second, and half the
 * time that the answer took.
 */
final class ClockCheck implements Check {

  /** The broker refuses a hello that is further off (protocol.md §3). */
  private static final Duration ALLOWED = Duration.ofSeconds(60);

  private static final Duration DRIFTING = Duration.ofSeconds(20);
  private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

  private final MeshExam exam;

  ClockCheck(MeshExam exam) {
    this.exam = exam;
  }

  @Override
  public String name() {
    return "clock";
  }

  @Override
  public List<String> needs() {
    return List.of("proxy", "tcp", "tls");
  }

  @Override
  public Finding look(Deadline deadline) {
    Instant asked = Instant.now();
    long start = System.nanoTime();
    HttpAnswer answer;
    try {
      answer = exam.way().ask("health", deadline);
    } catch (IOException e) {
      return Finding.warn(
          "not known: asked for the time, " + e.getMessage(),
          "see the check of the upgrade; compare this machine's clock with another one yourself");
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Optional<Instant> date = answer.header("Date").flatMap(ClockCheck::parse);
    if (date.isEmpty()) {
      return Finding.warn(
          "not known: the broker's answer has no date",
          "compare this machine's clock with another one yourself: 60 s are allowed");
    }
    Instant here = asked.plus(took.dividedBy(2));
    Duration ahead = Duration.between(date.get().plus(HALF_A_SECOND), here);
    Duration uncertain = HALF_A_SECOND.plus(took.dividedBy(2));
    return judge(ahead, uncertain)
        .with(
            Json.object()
                .put("ahead_ms", ahead.toMillis())
                .put("uncertain_ms", uncertain.toMillis())
                .put("allowed_ms", ALLOWED.toMillis()));
  }

  private static Optional<Instant> parse(String date) {
    try {
      return Optional.of(
          ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException notDate) {
      return Optional.empty();
    }
  }

  /** What a distance means. */
  static Finding judge(Duration ahead, Duration uncertain) {
    Duration off = ahead.abs();
    String error = " (± " + Durations.shown(uncertain) + ")";
    if (off.compareTo(uncertain) <= 0) {
      return Finding.ok("the same as the broker's" + error + "; 60 s are allowed");
    }
    String words =
        Durations.shown(off)
            + (ahead.isNegative() ? " behind" : " ahead of")
            + " the broker's"
            + error;
    String set = "set this machine's clock, for instance with NTP (timedatectl set-ntp true)";
    if (off.compareTo(ALLOWED) > 0) {
      return Finding.fail(
          ExitCode.FAILED,
          words
              + "; 60 s are allowed: every hello is refused with timestamp_skew, and invites"
              + " expire at the wrong time",
          set + "; if it is right, tell whoever runs the broker");
    }
    return off.compareTo(DRIFTING) > 0
        ? Finding.warn(words + "; 60 s are allowed, beyond that every hello is refused", set)
        : Finding.ok(words + "; 60 s are allowed");
  }
}
