package claudemesh.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Tells which of the process's streams are terminals, and how wide. The JDK only knows {@link
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
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String[] size = new String(stty.getInputStream().readAllBytes(), US_ASCII).split("\\s+");
      return size.length < 2 ? Optional.empty() : number(size[1]);
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
