package claudemesh.cli;

/**
 * One flag of a verb: a row of the table that parsing, help and completions are made of.
 *
 * @param name its long name, without the dashes
 * @param letter its short name, empty if it has none
 * @param kind whether it takes a value
 * @param metavar what its value is called in help, empty for a switch
 * @param help half a line for people
 */
record Flag(String name, String letter, Kind kind, String metavar, String help) {

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
    return new Flag(name, "", Kind.SWITCH, "", help);
  }

  static Flag value(String name, String metavar, String help) {
    return new Flag(name, "", Kind.VALUE, metavar, help);
  }

  static Flag repeated(String name, String metavar, String help) {
    return new Flag(name, "", Kind.REPEATED, metavar, help);
  }

  static Flag optional(String name, String metavar, String help) {
    return new Flag(name, "", Kind.OPTIONAL, metavar, help);
  }

  /** The same flag with a short name. */
  Flag or(String shortName) {
    return new Flag(name, shortName, kind, metavar, help);
  }

  boolean takesNextWord() {
    return kind == Kind.VALUE || kind == Kind.REPEATED;
  }

  /** The flag as people type it. */
  String dashed() {
    return "--" + name;
  }
}
