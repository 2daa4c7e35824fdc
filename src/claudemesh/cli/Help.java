package claudemesh.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Help texts, made of the table of verbs. Pure. */
final class Help {

  private static final int WIDTH = 88;
  private static final int NARROWEST = 40;
  private static final int MARGIN = 2;

  /** What the program is, a paragraph each. */
  static final List<String> ABOUT =
      List.of(
          "A mesh is a group of members who send each other end-to-end encrypted messages through a"
              + " broker that never reads them. Each program on it is a session with a key of its"
              + " own.",
          "Standard output carries data only: tables for people, JSON lines for programs."
              + " Diagnostics go to standard error.");

  /** How to read what it prints for programs, a paragraph each. */
  static final List<String> JSON =
      List.of(
          "What verbs print for programs: with --json, or always if they print nothing else. One"
              + " value a line, so that jq and while read can follow; an array is one line too, but"
              + " is spread over several at a terminal. \"claudemesh help --schema\" prints the"
              + " same as JSON Schema.",
          "A name with a question mark may be missing. Within a version this is exact; later ones"
              + " may add fields and types of lines, which a program should pass over, and take"
              + " none away. A call that fails prints what it has done so far or nothing, says why"
              + " on standard error, and has an exit code other than 0.");

  /** The variables that it heeds. */
  static final Map<String, String> ENVIRONMENT = new TreeMap<>();

  /** The files that it reads and writes. */
  static final Map<String, String> FILES = new TreeMap<>();

  static {
    ENVIRONMENT.put("CLAUDEMESH_CONFIG_DIR", "the folder of config.json, if not ~/.claudemesh");
    ENVIRONMENT.put("CLAUDEMESH_DAEMON_DIR", "the daemon's folder, if not daemon in that one");
    ENVIRONMENT.put(
        "CLAUDEMESH_CLIENT_CERT_PASSWORD", "the password of the file that --client-cert names");
    ENVIRONMENT.put("NO_COLOR", "not empty: no colour, even at a terminal");
    ENVIRONMENT.put(
        "https_proxy, http_proxy, all_proxy, no_proxy", "the HTTP proxy, and what goes round it");
    FILES.put("~/.claudemesh/config.json", "the meshes you joined, with your keys; mode 0600");
    FILES.put("~/.claudemesh/broker/", "what a broker keeps; --data names another folder");
    FILES.put("~/.claudemesh/daemon/", "the daemon's socket, outbox and inbox; mode 0700");
  }

  private final int width;
  private final List<String> lines = new ArrayList<>();

  private Help(int width) {
    this.width = Math.min(WIDTH, Math.max(width, NARROWEST));
  }

  /** What {@code claudemesh} alone prints, in lines of that many columns at most. */
  static String overview(int width) {
    Help help = new Help(width);
    help.addOverview();
    return String.join("\n", help.lines);
  }

  private void addOverview() {
    addWrapped(
        "",
        "claudemesh keeps programs on a mesh: JSON lines in, JSON lines out, encrypted end to"
            + " end.");
    lines.add("");
    lines.add("Usage: claudemesh VERB [FLAGS] …");
    lines.add("");
    List<String[]> rows = new ArrayList<>();
    for (String name : Verbs.NAMES) {
      rows.add(new String[] {name, Verbs.create(name).spec().summary()});
    }
    addRows(rows);
    lines.add("");
    lines.add("Begin with: claudemesh up.   More: claudemesh help VERB.");
  }

  /** One verb in full, in lines of that many columns at most. */
  static String of(VerbSpec spec, int width) {
    Help help = new Help(width);
    help.add(spec);
    return String.join("\n", help.lines);
  }

  private void add(VerbSpec spec) {
    lines.add("Usage: " + spec.usage());
    lines.add("");
    lines.add(sentence(spec.summary()));
    List<String> paragraphs = new ArrayList<>(spec.about());
    json(spec).ifPresent(paragraphs::add);
    for (String paragraph : paragraphs) {
      lines.add("");
      addWrapped("", paragraph);
    }
    lines.add("");
    lines.add("Flags:");
    addRows(flagRows(spec));
    addExamples(spec);
    lines.add("");
    lines.add("Exit codes:");
    addRows(exitRows());
  }

  /** What a verb prints with {@code --json}; empty if it has no such flag. */
  static Optional<String> json(VerbSpec spec) {
    return new SchemaShape(OutputSchemas.load()).paragraph(spec);
  }

  /** What verbs print for programs, field by field, in lines of that many columns at most. */
  static String ofJson(int width) {
    Help help = new Help(width);
    SchemaPage page = new SchemaPage(OutputSchemas.load());
    JSON.forEach(
        paragraph -> {
          help.addWrapped("", paragraph);
          help.lines.add("");
        });
    help.lines.add("Kinds of values:");
    help.addRows(page.legend());
    for (SchemaPage.Block block : page.blocks()) {
      help.lines.add("");
      help.addWrapped("", block.title() + ": " + String.join(" ", block.words()));
      help.addRows(block.rows());
    }
    return String.join("\n", help.lines);
  }

  private static List<String[]> flagRows(VerbSpec spec) {
    List<String[]> rows = new ArrayList<>();
    for (Flag flag : spec.allFlags()) {
      rows.add(new String[] {shown(flag), flag.help()});
    }
    return rows;
  }

  /** A flag with its letter and its value, as help shows it. */
  static String shown(Flag flag) {
    String letter = flag.letter().isEmpty() ? "    " : "-" + flag.letter() + ", ";
    String value =
        switch (flag.kind()) {
          case SWITCH -> "";
          case VALUE -> " " + flag.metavar();
          case REPEATED -> " " + flag.metavar() + " …";
          case OPTIONAL -> "[=" + flag.metavar() + "]";
        };
    return letter + flag.dashed() + value;
  }

  private static List<String[]> exitRows() {
    List<String[]> rows = new ArrayList<>();
    for (ExitCode code : ExitCode.values()) {
      rows.add(new String[] {Integer.toString(code.code()), code.meaning()});
    }
    return rows;
  }

  private void addExamples(VerbSpec spec) {
    if (!spec.examples().isEmpty()) {
      lines.add("");
      lines.add("Examples:");
      for (String example : spec.examples()) {
        lines.add("  " + example);
      }
    }
  }

  private void addRows(List<String[]> rows) {
    int widest = 0;
    for (String[] row : rows) {
      widest = Math.max(widest, row[0].length());
    }
    for (String[] row : rows) {
      String left = " ".repeat(MARGIN) + row[0] + " ".repeat(widest - row[0].length() + 2);
      addWrapped(left, row[1]);
    }
  }

  /**
   * Breaks a text at spaces, long JSON after commas; lines after the first stand under its start.
   */
  private void addWrapped(String left, String text) {
    String start = left;
    StringBuilder line = new StringBuilder();
    int room = width - left.length();
    for (String whole : text.split(" ")) {
      String word = whole;
      while (word.length() > room && word.lastIndexOf(',', room - 1) > 0) {
        int end = word.lastIndexOf(',', room - 1) + 1;
        if (line.length() > 0) {
          lines.add(start + line);
          start = " ".repeat(left.length());
          line.setLength(0);
        }
        lines.add(start + word.substring(0, end));
        start = " ".repeat(left.length());
        word = word.substring(end);
      }
      if (line.length() > 0 && left.length() + line.length() + 1 + word.length() > width) {
        lines.add(start + line);
        start = " ".repeat(left.length());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(start + line);
  }

  static String sentence(String summary) {
    return Character.toUpperCase(summary.charAt(0)) + summary.substring(1) + ".";
  }
}
