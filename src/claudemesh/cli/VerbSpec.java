package claudemesh.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * What the command line, its help and its completions know of a verb.
 *
 * @param name one or two words
 * @param operands what follows the flags, as help shows it
 * @param least how many operands it needs
 * @param most how many it takes
 * @param summary half a line
 * @param about paragraphs for {@code help VERB}
 * @param flags its own flags
 * @param examples commands that can be typed as they stand
 */
record VerbSpec(
    String name,
    String operands,
    int least,
    int most,
    String summary,
    List<String> about,
    List<Flag> flags,
    List<String> examples) {

  static final Flag HELP = Flag.on("help", "show this help").or("h");
  static final Flag LOG_LEVEL =
      Flag.value(
              "log-level",
              "LEVEL",
              "debug, info, warn (the default), error or off; logs are JSON lines on standard"
                  + " error, plain text on a terminal")
          .among("debug", "info", "warn", "error", "off");
  static final Flag MESH =
      Flag.value("mesh", "MESH", "which mesh, by name or id; needed when several are joined")
          .or("m");
  static final Flag JSON = Flag.on("json", "print JSON").or("j");

  static final Flag VERBOSE =
      Flag.on("verbose", "say on standard error whether the daemon answers").or("v");

  /** Flags that every verb has. */
  static final List<Flag> COMMON = List.of(LOG_LEVEL, HELP);

  static VerbSpec of(String name, String summary) {
    return new VerbSpec(name, "", 0, 0, summary, List.of(), List.of(), List.of());
  }

  VerbSpec operands(String shown, int fewest, int greatest) {
    return new VerbSpec(name, shown, fewest, greatest, summary, about, flags, examples);
  }

  VerbSpec about(String... paragraphs) {
    return new VerbSpec(name, operands, least, most, summary, List.of(paragraphs), flags, examples);
  }

  VerbSpec flags(Flag... own) {
    return new VerbSpec(name, operands, least, most, summary, about, List.of(own), examples);
  }

  VerbSpec examples(String... commands) {
    return new VerbSpec(name, operands, least, most, summary, about, flags, List.of(commands));
  }

  /** Its own flags, then those that every verb has. */
  List<Flag> allFlags() {
    List<Flag> all = new ArrayList<>(flags);
    all.addAll(COMMON);
    return all;
  }

  /** How it is called, in one line. */
  String usage() {
    String shown = operands.isEmpty() ? "" : " " + operands;
    return "claudemesh " + name + (flags.isEmpty() ? "" : " [FLAGS]") + shown;
  }
}
