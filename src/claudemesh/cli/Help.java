package claudemesh.cli;

import java.util.ArrayList;
import java.util.List;

/** Help texts, made of the table of verbs. Pure. */
final class Help {

  private static final int WIDTH = 88;
  private static final int MARGIN = 2;

  private Help() {}

  /** What {@code claudemesh} alone prints. */
  static String overview() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "claudemesh keeps programs on a mesh: JSON lines in, JSON lines out, encrypted end to"
            + " end.");
    lines.add("");
    lines.add("Usage: claudemesh VERB [FLAGS] …");
    lines.add("");
    List<String[]> rows = new ArrayList<>();
    for (String name : Verbs.NAMES) {
      rows.add(new String[] {name, Verbs.create(name).spec().summary()});
    }
    addRows(lines, rows);
    lines.add("");
    lines.add("Begin with: claudemesh up.   More: claudemesh help VERB.");
    return String.join("\n", lines);
  }

  /** One verb in full. */
  static String of(VerbSpec spec) {
    List<String> lines = new ArrayList<>();
    lines.add("Usage: " + spec.usage());
    lines.add("");
    lines.add(sentence(spec.summary()));
    for (String paragraph : spec.about()) {
      lines.add("");
      addWrapped(lines, "", paragraph);
    }
    lines.add("");
    lines.add("Flags:");
    addRows(lines, flagRows(spec));
    addExamples(lines, spec);
    lines.add("");
    lines.add("Exit codes:");
    addRows(lines, exitRows());
    return String.join("\n", lines);
  }

  private static List<String[]> flagRows(VerbSpec spec) {
    List<String[]> rows = new ArrayList<>();
    for (Flag flag : spec.allFlags()) {
      String letter = flag.letter().isEmpty() ? "    " : "-" + flag.letter() + ", ";
      String value =
          switch (flag.kind()) {
            case SWITCH -> "";
            case VALUE -> " " + flag.metavar();
            case REPEATED -> " " + flag.metavar() + " …";
            case OPTIONAL -> "[=" + flag.metavar() + "]";
          };
      rows.add(new String[] {letter + flag.dashed() + value, flag.help()});
    }
    return rows;
  }

  private static List<String[]> exitRows() {
    List<String[]> rows = new ArrayList<>();
    for (ExitCode code : ExitCode.values()) {
      rows.add(new String[] {Integer.toString(code.code()), code.meaning()});
    }
    return rows;
  }

  private static void addExamples(List<String> lines, VerbSpec spec) {
    if (!spec.examples().isEmpty()) {
      lines.add("");
      lines.add("Examples:");
      for (String example : spec.examples()) {
        lines.add("  " + example);
      }
    }
  }

  private static void addRows(List<String> lines, List<String[]> rows) {
    int widest = 0;
    for (String[] row : rows) {
      widest = Math.max(widest, row[0].length());
    }
    for (String[] row : rows) {
      String left = " ".repeat(MARGIN) + row[0] + " ".repeat(widest - row[0].length() + 2);
      addWrapped(lines, left, row[1]);
    }
  }

  /** Breaks a text at spaces; lines after the first stand under its start. */
  private static void addWrapped(List<String> lines, String left, String text) {
    String start = left;
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (line.length() > 0 && left.length() + line.length() + 1 + word.length() > WIDTH) {
        lines.add(start + line);
        start = " ".repeat(left.length());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(start + line);
  }

  private static String sentence(String summary) {
    return Character.toUpperCase(summary.charAt(0)) + summary.substring(1) + ".";
  }
}
