package claudemesh.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells which of the process's streams are terminals. The JDK only knows {@link System#console()},
 * which on 21 says "both or none" of input and output, and on 22 and later is there either way. So,
 * in this order:
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
