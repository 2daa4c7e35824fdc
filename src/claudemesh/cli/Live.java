package claudemesh.cli;

import claudemesh.cli.Moments.Moment;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What verbs share that go on showing something. */
final class Live {

  static final Flag INTERVAL =
      Flag.value("interval", "S", "look every S seconds; unless given 2").or("i");

  private static final Duration USUAL = Duration.ofSeconds(2);
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofDays(1);

  private Live() {}

  /** A picture of how things are. */
  interface View {
    /**
     * Draws it.
     *
     * @param size how much room there is
     * @param keys whether keys are read
     * @return its lines; more than fit are cut. None while there is nothing to show yet
     * @throws CliException if there is nothing to show, and will not be
     */
    List<String> lines(Terminal.Size size, boolean keys) throws CliException;
  }

  /** What {@code --interval} says; it is a usage error without the switch that makes it matter. */
  static Duration interval(Call call, Flag watch) throws UsageException {
    if (call.arguments().has(INTERVAL.name()) && !call.arguments().has(watch.name())) {
      throw new UsageException("--interval is for " + watch.dashed() + ": give both, or neither");
    }
    return interval(call);
  }

  /** What {@code --interval} says, or what it is unless given. */
  static Duration interval(Call call) throws UsageException {
    Duration interval = call.arguments().duration(INTERVAL.name()).orElse(USUAL);
    if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
      throw new UsageException(
          "--interval: expected from 100ms to 1d, found "
              + call.arguments().value(INTERVAL.name()).orElse(""));
    }
    return interval;
  }

  /** Whether a picture can be redrawn in place where standard output goes. */
  static boolean isOnScreen(Call call) {
    return call.streams().outIsTerminal() && !"dumb".equals(call.environment().get("TERM"));
  }

  /**
   * Shows a view on the terminal until the person has seen enough. Returns then; whoever interrupts
   * the thread ends it too. The terminal is taken when there is something to show.
   */
  static void show(Call call, Moments moments, View view)
      throws CliException, IOException, InterruptedException {
    do {
      moments.next();
    } while (view.lines(new Terminal.Size(1, 1), false).isEmpty());
    try (LiveTerminal terminal = LiveTerminal.open(call, moments)) {
      Moment moment = Moment.RESIZED;
      while (moment != Moment.QUIT) {
        Terminal.Size size = terminal.size();
        terminal.screen().draw(view.lines(size, terminal.hasKeys()), size);
        moment = moments.next();
      }
    }
  }
}
