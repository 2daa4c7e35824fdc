package claudemesh.cli;

import java.util.List;

/**
 * One flag of a verb: a row of the table that parsing, help and completions are made of.
 *
 * @param name its long name, without the dashes
 * @param letter its short name, empty if it has none
 * @param kind whether it takes a value
 * @param metavar what its value is called in help, empty for a switch; completions go by it
 * @param help half a line for people
 * @param choices the words its value may be, for completions; empty if it may be anything
 */
record Flag(
    String name, String letter, Kind kind, String metavar, String help, List<String> choices) {

  /** Whether a flag takes a value. */
  enum Kind {
    /** Given or not. */
    SWITCH,
    /** {@code --flag value} or {@code --flag=value}; the last one counts. */
    VALUE,
    /** As {@link #VALUE}, and each one counts. */
    REPEATED,
    /** {@code --flag} or {@code --flag=value}, never the next word. */
    OPTIONAL
  }

  static Flag on(String name, String help) {
    return new Flag(name, "", Kind.SWITCH, "", help, List.of());
  }

  static Flag value(String name, String metavar, String help) {
    return new Flag(name, "", Kind.VALUE, metavar, help, List.of());
  }

  static Flag repeated(String name, String metavar, String help) {
    return new Flag(name, "", Kind.REPEATED, metavar, help, List.of());
  }

  static Flag optional(String name, String metavar, String help) {
    return new Flag(name, "", Kind.OPTIONAL, metavar, help, List.of());
  }

  /** The same flag with a short name. */
  Flag or(String shortName) {
    return new Flag(name, shortName, kind, metavar, help, choices);
  }

  /** The same flag, whose value is one of these words. */
  Flag among(String... words) {
    return new Flag(name, letter, kind, metavar, help, List.of(words));
  }

  boolean takesNextWord() {
    return kind == Kind.VALUE || kind == Kind.REPEATED;
  }

  /** The flag as people type it. */
  String dashed() {
    return "--" + name;
  }
}
