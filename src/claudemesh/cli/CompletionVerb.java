package claudemesh.cli;

import claudemesh.cli.Candidates.Candidate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code completion}: a script that teaches a shell to complete, and the answers that script asks
 * for. The scripts know nothing of the verbs: what may stand where is said once, by the table.
 */
final class CompletionVerb implements Verb {

  private static final List<String> SHELLS = List.of("bash", "zsh", "fish");
  private static final Flag WORDS =
      Flag.on(
          "words",
          "print what may stand in place of the last word after --, one a line, a tab, what it is;"
              + " this is what the scripts call");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("completion", "teach bash, zsh or fish to complete claudemesh")
        .operands("bash|zsh|fish", 0, Integer.MAX_VALUE)
        .flags(WORDS)
        .about(
            "Prints a script to be read by the shell. Verbs, flags and their values are completed,"
                + " and so are the names of meshes, peers and sessions as they are now.",
            "bash, in ~/.bashrc: source <(claudemesh completion bash). zsh, in ~/.zshrc after"
                + " compinit: source <(claudemesh completion zsh). fish: claudemesh completion fish"
                + " > ~/.config/fish/completions/claudemesh.fish.")
        .examples("claudemesh completion bash", "claudemesh completion --words -- peer li");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    List<String> operands = call.arguments().operands();
    if (call.arguments().has(WORDS.name())) {
      for (Candidate candidate : new Candidates(new LiveNames(call)).of(operands)) {
        call.out().text(line(candidate));
      }
      return ExitCode.OK;
    }
    if (operands.size() != 1 || !SHELLS.contains(operands.get(0))) {
      String found = operands.isEmpty() ? "nothing" : String.join(" ", operands);
      throw new UsageException("expected a shell, bash, zsh or fish, found " + found);
    }
    call.out().text(script(operands.get(0)));
    return ExitCode.OK;
  }

  // A name of somebody else's must not end the line or the field.
  private static String line(Candidate candidate) {
    String word = Output.safe(candidate.word());
    return candidate.about().isEmpty() ? word : word + "\t" + Output.safe(candidate.about());
  }

  private static String script(String shell) throws IOException {
    try (InputStream in =
        CompletionVerb.class.getResourceAsStream("/claudemesh/cli/completion." + shell)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
    }
  }
}
