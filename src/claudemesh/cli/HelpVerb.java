package claudemesh.cli;

import java.io.IOException;
import java.util.List;

/** {@code help}: what there is, one verb in full, or what verbs print for programs. */
final class HelpVerb implements Verb {

  /** What stands in place of a verb for {@link Help#ofJson}. */
  static final String JSON = "json";

  private static final Flag MAN = Flag.on("man", "print the manual page, for man");
  private static final Flag SCHEMA =
      Flag.on("schema", "print the JSON Schema of all that verbs print for programs");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("help", "explain a verb, or the JSON that verbs print")
        .operands("[VERB|json]", 0, 2)
        .flags(MAN, SCHEMA)
        .examples(
            "claudemesh help",
            "claudemesh help connect",
            "claudemesh help json",
            "claudemesh help --man");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    List<String> asked = call.arguments().operands();
    if (call.arguments().has(MAN.name())) {
      call.out().text(Man.page(VersionVerb.version()));
    } else if (call.arguments().has(SCHEMA.name())) {
      call.out().text(OutputSchemas.text());
    } else if (asked.isEmpty()) {
      call.out().text(Help.overview(call.width()));
    } else if (asked.equals(List.of(JSON))) {
      call.out().text(Help.ofJson(call.width()));
    } else {
      String name = Verbs.named(asked);
      call.out().text(Help.of(Verbs.create(name).spec(), call.width()));
    }
    return ExitCode.OK;
  }
}
