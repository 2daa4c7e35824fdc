package claudemesh.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What may stand at a place of the command line: the words that shells offer for completion, made
 * of the table of verbs. Names that only a running mesh knows come from {@link LiveNames}.
 */
final class Candidates {

  /** A word that may stand there, and half a line about it. */
  record Candidate(String word, String about) {}

  /** Where names come from that are in no table. */
  interface Names {
    /** The meshes joined. */
    List<Candidate> meshes();

    /** Who can be sent to, on one mesh or on all. */
    List<Candidate> peers(Optional<String> mesh);

    /** The sessions of this machine's daemon. */
    List<Candidate> sessions();
  }

  /** Said in place of words: the shell knows files better. */
  static final Candidate FILES = new Candidate(":files", "");

  /** Said in place of words: the shell knows programs better. */
  static final Candidate COMMANDS = new Candidate(":commands", "");

  private final Names names;

  Candidates(Names names) {
    this.names = names;
  }

  /**
   * What may stand in place of the last word.
   *
   * @param words what was typed after {@code claudemesh}; the last word is begun, or empty
   * @return what fits its beginning, in the order of the tables
   */
  List<Candidate> of(List<String> words) {
    String begun = words.isEmpty() ? "" : words.get(words.size() - 1);
    List<String> before = words.isEmpty() ? List.of() : words.subList(0, words.size() - 1);
    List<Candidate> all = new ArrayList<>();
    for (Candidate candidate : all(before, begun)) {
      if (candidate.word().startsWith(begun) || candidate.word().startsWith(":")) {
        all.add(candidate);
      }
    }
    return all;
  }

  private List<Candidate> all(List<String> before, String begun) {
    Optional<String> verb = Verbs.startOf(before);
    if (verb.isEmpty()) {
      return verbWords(before);
    }
    VerbSpec spec = Verbs.create(verb.get()).spec();
    return inside(spec, before.subList(verb.get().split(" ").length, before.size()), begun);
  }

  /** The next words of all verbs that go on from these. */
  private static List<Candidate> verbWords(List<String> before) {
    String start = before.isEmpty() ? "" : String.join(" ", before) + " ";
    Map<String, Candidate> found = new LinkedHashMap<>();
    for (String name : Verbs.NAMES) {
      if (name.startsWith(start)) {
        String word = name.substring(start.length()).split(" ")[0];
        boolean whole = name.equals(start + word);
        String about = whole ? Verbs.create(name).spec().summary() : start + word + " …";
        found.merge(word, new Candidate(word, about), (first, second) -> first);
      }
    }
    return List.copyOf(found.values());
  }

  private List<Candidate> inside(VerbSpec spec, List<String> before, String begun) {
    String last = before.isEmpty() ? "" : before.get(before.size() - 1);
    if (before.contains("--")) {
      return operand(spec, before);
    }
    Optional<Flag> awaiting = flag(spec, last).filter(Flag::takesNextWord);
    if (awaiting.isPresent()) {
      return values(awaiting.get(), before);
    }
    int equals = begun.indexOf('=');
    if (begun.startsWith("--") && equals > 0) {
      String head = begun.substring(0, equals + 1);
      List<Candidate> values =
          flag(spec, begun.substring(0, equals)).map(f -> values(f, before)).orElse(List.of());
      return values.stream()
          .map(v -> isHint(v) ? v : new Candidate(head + v.word(), v.about()))
          .toList();
    }
    return begun.startsWith("-") ? flags(spec) : operand(spec, before);
  }

  private static boolean isHint(Candidate candidate) {
    return candidate == FILES || candidate == COMMANDS;
  }

  private static List<Candidate> flags(VerbSpec spec) {
    List<Candidate> flags = new ArrayList<>();
    for (Flag flag : spec.allFlags()) {
      flags.add(new Candidate(flag.dashed(), flag.help()));
    }
    return flags;
  }

  private static Optional<Flag> flag(VerbSpec spec, String word) {
    return spec.allFlags().stream()
        .filter(
            f -> word.equals(f.dashed()) || !f.letter().isEmpty() && word.equals("-" + f.letter()))
        .findFirst();
  }

  private List<Candidate> values(Flag flag, List<String> before) {
    return flag.choices().isEmpty()
        ? named(flag.metavar(), before)
        : flag.choices().stream().map(word -> new Candidate(word, "")).toList();
  }

  /** What may stand as the next operand; the table names each by what it is. */
  private List<Candidate> operand(VerbSpec spec, List<String> before) {
    int index = operandsIn(spec, before);
    String[] operands = spec.operands().replaceAll("[\\[\\]…]", " ").strip().split(" +");
    boolean repeats = spec.operands().endsWith("…");
    if (index >= operands.length && !repeats) {
      return List.of();
    }
    List<Candidate> all = new ArrayList<>();
    for (String kind : operands[Math.min(index, operands.length - 1)].split("\\|")) {
      all.addAll(named(kind, before));
    }
    return all;
  }

  private static int operandsIn(VerbSpec spec, List<String> words) {
    int operands = 0;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("--")) {
        return operands + words.size() - i - 1;
      }
      boolean isValue =
          i > 0 && flag(spec, words.get(i - 1)).filter(Flag::takesNextWord).isPresent();
      operands += isValue || word.startsWith("-") && word.length() > 1 ? 0 : 1;
    }
    return operands;
  }

  private List<Candidate> named(String kind, List<String> before) {
    return switch (kind) {
      case "MESH" -> names.meshes();
      case "TARGET", "PEER" -> names.peers(meshIn(before));
      case "SESSION" -> names.sessions();
      case "FILE", "DIR", "JSON|@FILE" -> List.of(FILES);
      case "COMMAND" -> List.of(COMMANDS);
      case "VERB" -> verbWords(List.of());
      default ->
          kind.isEmpty() || !kind.equals(kind.toLowerCase(java.util.Locale.ROOT))
              ? List.of()
              : List.of(new Candidate(kind, "")); // a word that stands for itself
    };
  }

  private static Optional<String> meshIn(List<String> before) {
    for (int i = before.size() - 1; i >= 0; i--) {
      String word = before.get(i);
      if (word.startsWith("--mesh=")) {
        return Optional.of(word.substring("--mesh=".length()));
      }
      if (i > 0 && (before.get(i - 1).equals("--mesh") || before.get(i - 1).equals("-m"))) {
        return Optional.of(word);
      }
    }
    return Optional.empty();
  }
}
