package claudemesh.cli;

import java.io.IOException;

/** {@code help}: what there is, or one verb in full. */
final class HelpVerb implements Verb {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("help", "explain a verb")
        .operands("[VERB]", 0, 2)
        .examples("claudemesh help", "claudemesh help connect");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    if (call.arguments().operands().isEmpty()) {
      call.out().text(Help.overview());
    } else {
      String name = Verbs.named(call.arguments().operands());
      call.out().text(Help.of(Verbs.create(name).spec()));
    }
    return ExitCode.OK;
  }
}
