package claudemesh.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What followed a verb on the command line, read by the verb's table.
 *
 * <p>{@code --flag value}, {@code --flag=value}, {@code -f value}, {@code -fvalue}, switches
 * together as {@code -ab}; flags and operands in any order; {@code --} ends the flags; {@code -} is
 * an operand. Immutable.
 */
final class Arguments {

  private final Map<String, List<String>> given;
  private final List<String> operands;

  private Arguments(Map<String, List<String>> given, List<String> operands) {
    this.given = given;
    this.operands = List.copyOf(operands);
  }

  /**
   * Reads the words after the verb.
   *
   * @throws UsageException if they do not fit the table
   */
  static Arguments parse(VerbSpec spec, List<String> words) throws UsageException {
    Parser parser = new Parser(spec, words);
    parser.run();
    Arguments arguments = new Arguments(parser.given, parser.operands);
    if (!arguments.has(VerbSpec.HELP.name())) {
      requireCount(spec, parser.operands);
    }
    return arguments;
  }

  boolean has(String flag) {
    return given.containsKey(flag);
  }

  /** The flag's value; empty if it was not given, or given without one. */
  Optional<String> value(String flag) {
    List<String> values = values(flag);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
  }

  List<String> values(String flag) {
    return given.getOrDefault(flag, List.of());
  }

  List<String> operands() {
    return operands;
  }

  String operand(int index) {
    return operands.get(index);
  }

  /** The flag's value as a whole number. */
  Optional<Integer> number(String flag, int least, int most) throws UsageException {
    Optional<String> text = value(flag);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      int number = Integer.parseInt(text.get());
      if (number >= least && number <= most) {
        return Optional.of(number);
      }
    } catch (NumberFormatException notNumber) {
      // said below, together with numbers out of range
    }
    throw new UsageException(
        "--"
            + flag
            + ": expected a whole number from "
            + least
            + " to "
            + most
            + ", found "
            + text.get());
  }

  /** The flag's value as a duration: {@code 30}, {@code 1.5s}, {@code 200ms}, {@code 7d}. */
  Optional<Duration> duration(String flag) throws UsageException {
    Optional<String> text = value(flag);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Durations.parse(text.get()));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + flag + ": " + e.getMessage());
    }
  }

  private static void requireCount(VerbSpec spec, List<String> operands) throws UsageException {
    if (operands.size() < spec.least()) {
      throw new UsageException("something is missing. Usage: " + spec.usage());
    }
    if (operands.size() > spec.most()) {
      throw new UsageException(
          "unexpected \"" + operands.get(spec.most()) + "\". Usage: " + spec.usage());
    }
  }

  /** Goes over the words once. */
  private static final class Parser {

    private final VerbSpec spec;
    private final List<String> words;
    private final Map<String, List<String>> given = new HashMap<>();
    private final List<String> operands = new ArrayList<>();
    private int next;

    Parser(VerbSpec spec, List<String> words) {
      this.spec = spec;
      this.words = words;
    }

    void run() throws UsageException {
      boolean flagsEnded = false;
      while (next < words.size()) {
        String word = words.get(next++);
        if (flagsEnded || word.equals("-") || !word.startsWith("-")) {
          operands.add(word);
        } else if (word.equals("--")) {
          flagsEnded = true;
        } else if (word.startsWith("--")) {
          longFlag(word.substring(2));
        } else {
          letters(word.substring(1));
        }
      }
    }

    private void longFlag(String word) throws UsageException {
      int equals = word.indexOf('=');
      Flag flag = named(equals < 0 ? word : word.substring(0, equals));
      if (equals < 0) {
        take(flag, flag.takesNextWord() ? nextWord(flag) : null);
      } else if (flag.kind() == Flag.Kind.SWITCH) {
        throw new UsageException(flag.dashed() + " takes no value");
      } else {
        take(flag, word.substring(equals + 1));
      }
    }

    private void letters(String letters) throws UsageException {
      for (int i = 0; i < letters.length(); i++) {
        Flag flag = lettered(letters.substring(i, i + 1));
        if (flag.takesNextWord()) {
          String attached = letters.substring(i + 1);
          take(flag, attached.isEmpty() ? nextWord(flag) : attached);
          return;
        }
        take(flag, null);
      }
    }

    private String nextWord(Flag flag) throws UsageException {
      if (next == words.size() || words.get(next).startsWith("--")) {
        throw new UsageException(
            flag.dashed() + " needs a value: " + flag.dashed() + " " + flag.metavar());
      }
      return words.get(next++);
    }

    private void take(Flag flag, String value) {
      List<String> values = given.get(flag.name());
      if (values == null) {
        values = new ArrayList<>(); // no lambda: the first one of a process costs milliseconds
        given.put(flag.name(), values);
      }
      if (value != null) {
        values.add(value);
      }
    }

    private Flag named(String name) throws UsageException {
      List<String> known = new ArrayList<>();
      for (Flag flag : spec.allFlags()) {
        if (flag.name().equals(name)) {
          return flag;
        }
        known.add(flag.dashed());
      }
      throw new UsageException("unknown flag --" + name + Nearest.question("--" + name, known));
    }

    private Flag lettered(String letter) throws UsageException {
      for (Flag flag : spec.allFlags()) {
        if (flag.letter().equals(letter)) {
          return flag;
        }
      }
      throw new UsageException("unknown flag -" + letter);
    }
  }
}
