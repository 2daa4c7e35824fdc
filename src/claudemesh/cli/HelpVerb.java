package claudemesh.cli;

import java.io.IOException;

/** {@code help}: what there is, or one verb in full. */
final class HelpVerb implements Verb {

  private static final Flag MAN = Flag.on("man", "print the manual page, for man");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("help", "explain a verb")
        .operands("[VERB]", 0, 2)
        .flags(MAN)
        .examples("claudemesh help", "claudemesh help connect", "claudemesh help --man");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    if (call.arguments().has(MAN.name())) {
      call.out().text(Man.page(VersionVerb.version()));
    } else if (call.arguments().operands().isEmpty()) {
      call.out().text(Help.overview(call.width()));
    } else {
      String name = Verbs.named(call.arguments().operands());
      call.out().text(Help.of(Verbs.create(name).spec(), call.width()));
    }
    return ExitCode.OK;
  }
}
