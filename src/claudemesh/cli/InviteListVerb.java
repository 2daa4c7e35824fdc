package claudemesh.cli;

import claudemesh.broker.IssuedInvite;
import claudemesh.broker.Mesh;
import claudemesh.broker.MeshDirectory;
import claudemesh.json.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** {@code invite list}: what became of the invites of a mesh. */
final class InviteListVerb implements Verb {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("invite list", "list the invites of a mesh and what became of them")
        .flags(VerbSpec.MESH, BrokerFolder.DATA, VerbSpec.JSON)
        .about(
            "Works on the data folder of a broker on this machine. The links themselves are not"
                + " kept; an id is what invite revoke wants.")
        .examples("claudemesh invite list", "claudemesh invite list --mesh team --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    MeshDirectory directory = BrokerFolder.open(call);
    Mesh mesh = BrokerFolder.mesh(call, directory);
    List<IssuedInvite> invites = directory.invites(mesh.id());
    if (call.wantsJson()) {
      call.out().json(Json.array(invites.stream().map(invite -> row(mesh, invite)).toList()));
    } else if (invites.isEmpty()) {
      call.out().text("No invite of " + mesh.slug() + " is known: claudemesh invite makes one.");
    } else {
      call.out().text(table(call, invites).toString());
    }
    return ExitCode.OK;
  }

  static Json row(Mesh mesh, IssuedInvite invite) {
    return Json.object()
        .put("id", invite.id())
        .put("mesh", mesh.slug())
        .put("role", invite.role().word())
        .put("uses", invite.uses())
        .put("maxUses", invite.maxUses())
        .put("expiresAt", invite.expiresAt().toString())
        .put("state", invite.state(Instant.now()))
        .build();
  }

  private static Table table(Call call, List<IssuedInvite> invites) {
    Table table = call.table("ID", "ROLE", "USED", "EXPIRES", "STATE");
    for (IssuedInvite invite : invites) {
      table
          .row()
          .cell(invite.id(), Table.Look.BOLD)
          .cell(invite.role().word())
          .cell(invite.uses() + "/" + invite.maxUses())
          .cell(invite.expiresAt().toString())
          .cell(invite.state(Instant.now()));
    }
    return table;
  }
}
