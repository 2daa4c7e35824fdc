package claudemesh.cli;

import claudemesh.broker.IssuedInvite;
import claudemesh.broker.Mesh;
import claudemesh.broker.MeshDirectory;
import java.io.IOException;

/** {@code invite revoke}: nobody else can join with an invite. */
final class InviteRevokeVerb implements Verb {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("invite revoke", "call an invite back, so that nobody else joins with it")
        .operands("ID", 1, 1)
        .flags(VerbSpec.MESH, BrokerFolder.DATA, VerbSpec.JSON)
        .about(
            "ID is what invite list shows, or as much of it as is unique. Works on the data folder"
                + " of a broker on this machine, and at once. Who has joined stays a member.")
        .examples("claudemesh invite revoke 3f81c2a09d54");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    MeshDirectory directory = BrokerFolder.open(call);
    Mesh mesh = BrokerFolder.mesh(call, directory);
    IssuedInvite closed;
    try {
      closed = directory.revokeInvite(mesh.id(), call.arguments().operands().getFirst());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    if (call.wantsJson()) {
      call.out().json(InviteListVerb.row(mesh, closed));
    } else {
      call.out()
          .text("The invite " + closed.id() + " of " + mesh.slug() + " lets nobody in any more.");
    }
    return ExitCode.OK;
  }
}
