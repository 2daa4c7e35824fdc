package claudemesh.cli;

import java.util.ArrayList;
import java.util.List;

/** The manual page {@code claudemesh(1)}, made of the same tables as help. Pure. */
final class Man {

  private final List<String> lines = new ArrayList<>();

  private Man() {}

  /**
   * The whole page.
   *
   * @param version of the program
   * @return text for {@code man}, in the macros of man(7)
   */
  static String page(String version) {
    Man man = new Man();
    man.request("TH", "CLAUDEMESH", "1", "", "claudemesh " + version, "User Commands");
    man.request("SH", "NAME");
    man.text("claudemesh - keeps programs on a mesh: JSON lines in, JSON lines out");
    man.request("SH", "SYNOPSIS");
    man.text("claudemesh VERB [FLAGS] ...");
    man.request("SH", "DESCRIPTION");
    Help.ABOUT.forEach(man::paragraph);
    man.request("SH", "VERBS");
    for (String name : Verbs.NAMES) {
      man.verb(Verbs.create(name).spec());
    }
    man.request("SH", "JSON OUTPUT");
    Help.JSON.forEach(man::paragraph);
    man.paragraph("claudemesh help json explains every field.");
    man.request("SH", "COMMON FLAGS");
    VerbSpec.COMMON.forEach(man::flag);
    man.request("SH", "EXIT STATUS");
    for (ExitCode code : ExitCode.values()) {
      man.item(Integer.toString(code.code()), code.meaning());
    }
    man.request("SH", "ENVIRONMENT");
    Help.ENVIRONMENT.forEach(man::item);
    man.request("SH", "FILES");
    Help.FILES.forEach(man::item);
    return String.join("\n", man.lines);
  }

  private void verb(VerbSpec spec) {
    request("SS", spec.usage());
    paragraph(Help.sentence(spec.summary()));
    spec.about().forEach(this::paragraph);
    Help.json(spec).ifPresent(this::paragraph);
    spec.flags().forEach(this::flag);
    if (!spec.examples().isEmpty()) {
      request("PP");
      request("EX");
      spec.examples().forEach(this::text);
      request("EE");
    }
  }

  private void flag(Flag flag) {
    item(Help.shown(flag).strip(), flag.help());
  }

  private void item(String term, String text) {
    request("TP");
    lines.add("\\fB" + escaped(term) + "\\fR");
    text(text);
  }

  private void paragraph(String text) {
    request("PP");
    text(text);
  }

  private void text(String text) {
    String line = escaped(text);
    // At the start of a line these two would begin a request.
    lines.add(line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line);
  }

  private void request(String name, String... words) {
    StringBuilder line = new StringBuilder("." + name);
    for (String word : words) {
      line.append(" \"").append(escaped(word).replace("\"", "\\(dq")).append('"');
    }
    lines.add(line.toString());
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...");
  }
}
