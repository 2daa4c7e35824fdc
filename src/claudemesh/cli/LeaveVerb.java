package claudemesh.cli;

import claudemesh.daemon.Config;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import java.io.IOException;

/** {@code leave}: forgets a mesh, with the keys to it. */
final class LeaveVerb implements Verb {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("leave", "forget a mesh and your key to it")
        .operands("MESH", 1, 1)
        .flags(VerbSpec.JSON)
        .about(
            "Takes the mesh out of your config. The broker keeps your membership, but without the"
                + " key nobody can use it: to come back you need a new invite.")
        .examples("claudemesh leave local");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    JoinedMesh mesh = Meshes.named(call.config(), call.arguments().operand(0));
    Config.update(call.configFolder(), config -> config.without(mesh.meshId()));
    if (call.wantsJson()) {
      call.out().json(Json.object().put("left", mesh.slug()).put("meshId", mesh.meshId()).build());
    } else {
      call.out().text("left " + Output.safe(mesh.slug()));
    }
    return ExitCode.OK;
  }
}
