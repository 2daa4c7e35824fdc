package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;

/** {@code set status|summary|visible}: what others see of the session that asks, or the member. */
final class SetVerb implements Verb {

  private final String field;

  SetVerb(String field) {
    this.field = field;
  }

  @Override
  public VerbSpec spec() {
    String name = "set " + field;
    VerbSpec spec =
        switch (field) {
          case "status" ->
              VerbSpec.of(name, "tell others whether you are idle, working or not to be disturbed")
                  .operands("idle|working|dnd", 1, 1)
                  .examples("claudemesh set status working");
          case "summary" ->
              VerbSpec.of(name, "tell others in a line what you are doing")
                  .operands("TEXT", 1, 1)
                  .examples("claudemesh set summary reviewing");
          default ->
              VerbSpec.of(name, "show yourself to others, or hide")
                  .operands("true|false", 1, 1)
                  .examples("claudemesh set visible false");
        };
    return spec.flags(VerbSpec.MESH, VerbSpec.VERBOSE, VerbSpec.JSON)
        .about(
            "Needs a daemon, whose connection it is about: inside \"claudemesh launch\" the"
                + " session's, else yours as a member, on all meshes unless --mesh says which.");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    String value = call.arguments().operand(0);
    Json.Builder body = Json.object().put("mesh", call.mesh());
    if (field.equals("visible")) {
      if (!value.equals("true") && !value.equals("false")) {
        throw new UsageException("expected true or false, found " + value);
      }
      body.put(field, value.equals("true"));
    } else {
      body.put(field, value);
    }
    Json done = DaemonAccess.required(call).post("/v1/profile", body.build());
    if (call.wantsJson()) {
      call.out().json(done);
    } else {
      String meshes = String.join(", ", done.stringList("meshes"));
      call.out().text(Output.safe(field + " is now " + value + " on " + meshes));
    }
    return ExitCode.OK;
  }
}
