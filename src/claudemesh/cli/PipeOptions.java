package claudemesh.cli;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * How a pipe ends and what it writes, as its flags say.
 *
 * @param to whom plain lines are for; empty if lines are JSON
 * @param listen whether it stays at the end of input
 * @param count how many messages to wait for
 * @param timeout how long it stays, and how long it waits for the last acks; empty: while they come
 * @param only which types to write; empty for all
 */
record PipeOptions(
    Optional<String> to,
    boolean listen,
    Optional<Integer> count,
    Optional<Duration> timeout,
    Set<String> only) {

  static final Flag TO =
      Flag.value("to", "TARGET", "input is plain text, each line a message to TARGET");
  static final Flag LISTEN = Flag.on("listen", "stay at the end of input").or("l");
  static final Flag COUNT =
      Flag.value("count", "N", "leave after N messages received, even at the end of input").or("n");
  static final Flag TIMEOUT =
      Flag.value(
              "timeout",
              "S",
              "with --listen or --count: leave after S seconds; else: wait S seconds for the"
                  + " last acks; unless given, for as long as they come, and 30 more")
          .or("t");
  static final Flag ONLY =
      Flag.repeated("only", "TYPE", "write only records of this type, or these, comma-separated")
          .among(PipeRecords.TYPES.toArray(String[]::new));

  /** How long no ack may come before the last ones are given up, unless a time was given. */
  static final Duration QUIET = Duration.ofSeconds(30);

  static PipeOptions of(Arguments arguments) throws UsageException {
    return new PipeOptions(
        arguments.value(TO.name()),
        arguments.has(LISTEN.name()),
        arguments.number(COUNT.name(), 1, Integer.MAX_VALUE),
        arguments.duration(TIMEOUT.name()),
        only(arguments));
  }

  private static Set<String> only(Arguments arguments) throws UsageException {
    Set<String> only = new LinkedHashSet<>();
    for (String types : arguments.values(ONLY.name())) {
      for (String type : types.split(",", -1)) {
        if (!PipeRecords.TYPES.contains(type)) {
          throw new UsageException(
              "--only: no type "
                  + type
                  + Nearest.question(type, PipeRecords.TYPES)
                  + " There are: "
                  + String.join(", ", PipeRecords.TYPES));
        }
        only.add(type);
      }
    }
    return only;
  }

  /** Whether the end of input is no reason to leave. */
  boolean stays() {
    return listen || count.isPresent();
  }
}
