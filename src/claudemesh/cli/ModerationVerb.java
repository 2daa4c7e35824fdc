package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.util.List;

/** {@code kick}, {@code disconnect}, {@code ban} and {@code unban}: for owners and admins. */
final class ModerationVerb implements Verb {

  private final String action;

  ModerationVerb(String action) {
    this.action = action;
  }

  @Override
  public VerbSpec spec() {
    String summary =
        switch (action) {
          case "kick" -> "end somebody's sessions, which stay away";
          case "disconnect" -> "end somebody's connections, which may come back";
          case "ban" -> "end somebody's membership";
          default -> "give somebody the membership back";
        };
    return VerbSpec.of(action, summary)
        .operands("TARGET", 1, 1)
        .flags(Shared.CONNECTING)
        .about(
            "For owners and admins of the mesh: exit code 5 for others. TARGET is a name or a key"
                + " of the peer list; to unban, one of \"claudemesh bans\".")
        .examples("claudemesh " + action + " bob");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    String target = call.arguments().operand(0);
    Json body =
        Json.object().put("action", action).put("target", target).put("mesh", call.mesh()).build();
    Json done = MeshAccess.of(call).post("/v1/moderation", body);
    List<String> affected = done.stringList("affected");
    if (call.wantsJson()) {
      call.out().json(done);
    } else if (!affected.isEmpty()) {
      String whom = String.join(", ", affected);
      call.out().text(Output.safe(action + ": " + whom + " on " + done.string("mesh", "")));
    }
    if (affected.isEmpty()) {
      throw new CliException(
          ExitCode.FAILED, action + " concerned nobody: \"" + target + "\" is not there");
    }
    return ExitCode.OK;
  }
}
