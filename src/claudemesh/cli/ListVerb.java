package claudemesh.cli;

import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import java.io.IOException;
import java.util.List;

/** {@code list}: which meshes this user has joined. Reads the config; connects to nothing. */
final class ListVerb implements Verb {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("list", "list the meshes you have joined")
        .flags(VerbSpec.JSON)
        .examples("claudemesh list", "claudemesh list --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    List<JoinedMesh> meshes = call.config().meshes();
    if (call.wantsJson()) {
      call.out().json(Json.array(meshes.stream().map(ListVerb::row).toList()));
    } else if (meshes.isEmpty()) {
      call.out().text("No mesh was joined yet: claudemesh join LINK, or claudemesh up.");
    } else {
      call.out().text(table(call, meshes).toString());
    }
    return ExitCode.OK;
  }

  private static Json row(JoinedMesh mesh) {
    return Json.object()
        .put("slug", mesh.slug())
        .put("meshId", mesh.meshId())
        .put("memberId", mesh.memberId())
        .put("pubkey", mesh.pubkey())
        .put("brokerUrl", mesh.brokerUrl())
        .put("joinedAt", mesh.joinedAt())
        .put("displayName", mesh.displayName())
        .build();
  }

  private static Table table(Call call, List<JoinedMesh> meshes) {
    Table table = call.table("MESH", "AS", "BROKER", "JOINED");
    for (JoinedMesh mesh : meshes) {
      table
          .row()
          .cell(mesh.slug(), Table.Look.BOLD)
          .cell(mesh.displayName().orElse("-"))
          .cell(mesh.brokerUrl())
          .cell(mesh.joinedAt());
    }
    return table;
  }
}
