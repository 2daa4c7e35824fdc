package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;

/** {@code group join} and {@code group leave}: of the session that asks, or the member. */
final class GroupVerb implements Verb {

  private final boolean join;

  GroupVerb(boolean join) {
    this.join = join;
  }

  @Override
  public VerbSpec spec() {
    String name = join ? "group join" : "group leave";
    return VerbSpec.of(name, (join ? "join" : "leave") + " a group, which @GROUP sends to")
        .operands(join ? "GROUP[:ROLE]" : "GROUP", 1, 1)
        .flags(VerbSpec.MESH, VerbSpec.VERBOSE, VerbSpec.JSON)
        .about(
            "Needs a daemon, whose connection is in the group: inside \"claudemesh launch\" the"
                + " session's, else yours as a member.")
        .examples("claudemesh " + name + " dev");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    String group = call.arguments().operand(0);
    int colon = join ? group.indexOf(':') : -1;
    Json.Builder body = Json.object().put("name", colon < 0 ? group : group.substring(0, colon));
    if (colon >= 0) {
      body.put("role", group.substring(colon + 1));
    }
    body.put("mesh", call.mesh());
    Json done =
        DaemonAccess.required(call).post(join ? "/v1/group/join" : "/v1/group/leave", body.build());
    if (call.wantsJson()) {
      call.out().json(done);
    } else {
      String did = join ? "joined @" : "left @";
      call.out()
          .text(Output.safe(did + done.string("name", "") + " on " + done.string("mesh", "")));
    }
    return ExitCode.OK;
  }
}
