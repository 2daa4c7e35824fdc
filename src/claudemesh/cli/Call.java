package claudemesh.cli;

import claudemesh.daemon.Config;
import claudemesh.daemon.ConfigFolder;
import java.io.IOException;
import java.util.Map;

/**
 * One call of a verb: what was typed, and where it reads and writes.
 *
 * @param arguments what was typed after the verb
 * @param streams the process's streams, or a test's
 * @param out standard output
 * @param environment the process's variables
 */
record Call(Arguments arguments, Streams streams, Output out, Map<String, String> environment) {

  ConfigFolder configFolder() {
    return ConfigFolder.of(environment);
  }

  Config config() throws CliException {
    try {
      return Config.load(configFolder());
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage(), e);
    }
  }

  boolean wantsJson() {
    return arguments.has(VerbSpec.JSON.name());
  }

  /**
   * The mesh that {@code --mesh} names; null if it was not given, which leaves it out of queries.
   */
  String mesh() {
    return arguments.value(VerbSpec.MESH.name()).orElse(null);
  }

  /** How long a line may be: as wide as the terminal, or any length where no person looks. */
  int width() {
    return streams.outIsTerminal() ? Terminal.columns(environment) : Integer.MAX_VALUE;
  }

  /** A table as this call's reader wants it: coloured or not, and no wider than the terminal. */
  Table table(String... headings) {
    return new Table(mayColour(), width(), headings);
  }

  /** Colour is for people at a terminal who have not asked to be spared it (no-color.org). */
  boolean mayColour() {
    return streams.outIsTerminal()
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !"dumb".equals(environment.get("TERM"));
  }
}
