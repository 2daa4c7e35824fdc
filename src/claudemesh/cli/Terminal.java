package claudemesh.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells which of the process's streams are terminals, and how large. The JDK only knows {@link
 * System#console()}, which on 21 says "both or none" of input and output, and on 22 and later is
 * there either way. So, in this order:
 *
 * <ol>
 *   <li>the property {@code claudemesh.terminals}, whose digits are the descriptors that are
 *       terminals: {@code bin/claudemesh} sets it with the shell's {@code [ -t N ]}, exact and
 *       free;
 *   <li>on Linux, where {@code /proc/self/fd/N} leads;
 *   <li>elsewhere, the console for input and output, and never for diagnostics.
 * </ol>
 */
final class Terminal {

  private static final int USUAL_COLUMNS = 80;
  private static final int USUAL_ROWS = 24;
  private static final String PROPERTY = "claudemesh.terminals";

  private Terminal() {}

  static boolean isTerminal(int descriptor) {
    String known = System.getProperty(PROPERTY);
    if (known != null) {
      return known.indexOf('0' + descriptor) >= 0;
    }
    try {
      String leadsTo = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return leadsTo.startsWith("/dev/pts/")
          || leadsTo.startsWith("/dev/tty")
          || leadsTo.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException noProc) {
      return descriptor != 2 && consoleIsTerminal();
    }
  }

  /**
   * How many columns the terminal has: {@code COLUMNS} if it is set, else what {@code stty} says.
   *
   * @return the columns; 80 if nobody knows
   */
  static int columns(Map<String, String> environment) {
    Optional<Integer> told = number(environment.getOrDefault("COLUMNS", ""));
    return told.or(Terminal::askStty).orElse(USUAL_COLUMNS);
  }

  private static Optional<Integer> askStty() {
    return sttySize().map(Size::columns);
  }

  /**
   * How large the terminal is now: what {@code stty} says, which follows its window, else {@code
   * COLUMNS} and {@code LINES}, else the size of the first ones.
   */
  static Size size(Map<String, String> environment) {
    return sttySize()
        .orElseGet(
            () ->
                new Size(
                    number(environment.getOrDefault("COLUMNS", "")).orElse(USUAL_COLUMNS),
                    number(environment.getOrDefault("LINES", "")).orElse(USUAL_ROWS)));
  }

  /** How many columns and rows of characters a terminal shows. */
  record Size(int columns, int rows) {}

  private static Optional<Size> sttySize() {
    String[] size = stty("size").orElse("").split("\\s+");
    if (size.length < 2) {
      return Optional.empty();
    }
    Optional<Integer> rows = number(size[0]);
    return number(size[1]).flatMap(columns -> rows.map(high -> new Size(columns, high)));
  }

  /**
   * Asks or changes the terminal that this process belongs to. Not ended by an interrupt: what was
   * changed is to be put back even then.
   *
   * @return what {@code stty} prints; empty if there is no terminal or no {@code stty}
   */
  static Optional<String> stty(String... words) {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(words));
    try {
      Process stty =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(stty.getInputStream().readAllBytes(), US_ASCII).strip();
      return stty.onExit().join().exitValue() == 0 ? Optional.of(said) : Optional.empty();
    } catch (IOException noStty) {
      return Optional.empty();
    }
  }

  private static Optional<Integer> number(String text) {
    try {
      int number = Integer.parseInt(text.strip());
      return number > 0 ? Optional.of(number) : Optional.empty();
    } catch (NumberFormatException notNumber) {
      return Optional.empty();
    }
  }

  private static boolean consoleIsTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try { // since 22, where a console may stand on a pipe
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException java21) {
      return true;
    }
  }
}
