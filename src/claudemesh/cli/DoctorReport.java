package claudemesh.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Tells what checks have found, one after the other as they come: lines for people, which break at
 * the terminal's width and lose nothing, or JSON lines. For one thread.
 */
final class DoctorReport {

  private static final int INDENT = 21;
  private static final int NARROWEST = 24;

  private final Call call;
  private final Map<Finding.Status, Integer> counts = new EnumMap<>(Finding.Status.class);
  private final int room;
  private ExitCode code = ExitCode.OK;

  DoctorReport(Call call) {
    this.call = call;
    this.room = Math.max(NARROWEST, call.width() - INDENT - 2);
  }

  /**
   * Waits for the findings of some checks and tells each at once.
   *
   * @param heading what people read above them; empty for nothing
   * @param checkup the checks, which somebody else does, or has done
   */
  void tell(String heading, Checkup checkup) throws IOException, InterruptedException {
    if (!heading.isEmpty() && !call.wantsJson()) {
      String shown = Table.Look.BOLD.on(Output.safe(heading), call.mayColour());
      call.out().text("\n" + shown);
    }
    for (int i = 0; i < checkup.size(); i++) {
      Finding finding = Progress.during(call.streams(), checkup::current, checkup::next);
      counts.merge(finding.status(), 1, Integer::sum);
      if (code == ExitCode.OK) {
        code = finding.code();
      }
      if (call.wantsJson()) {
        call.out().json(finding.toJson());
      } else {
        call.out().text(String.join("\n", lines(finding)));
      }
    }
  }

  /** Tells people how many there were of each kind, and everybody the exit code. */
  ExitCode end() throws IOException {
    if (!call.wantsJson()) {
      List<String> words = new ArrayList<>();
      counts.forEach((status, count) -> words.add(count + " " + status.word()));
      call.out().text("\n" + String.join(", ", words));
    }
    return code;
  }

  private List<String> lines(Finding finding) {
    List<String> lines = new ArrayList<>();
    String word = String.format(Locale.ROOT, "%-8s", finding.status().word());
    String start = finding.status().look().on(word, call.mayColour());
    String name =
        String.format(Locale.ROOT, "%-" + (INDENT - word.length()) + "s", finding.check());
    for (String part : broken(Output.safe(finding.found()))) {
      lines.add(lines.isEmpty() ? start + name + part : " ".repeat(INDENT) + part);
    }
    finding
        .advice()
        .ifPresent(
            advice -> {
              String margin = " ".repeat(INDENT);
              String parts = String.join("\n" + margin + "  ", broken(Output.safe(advice)));
              lines.add(margin + "→ " + parts);
            });
    return lines;
  }

  /** Breaks a text at spaces so that each part fits beside the names; a long word stays whole. */
  private List<String> broken(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!part.isEmpty() && TextWidth.of(part + " " + word) > room) {
        parts.add(part.toString());
        part.setLength(0);
      }
      part.append(part.isEmpty() ? "" : " ").append(word);
    }
    parts.add(part.toString());
    return parts;
  }
}
