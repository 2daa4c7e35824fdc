package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code peer list}: who is on the mesh. */
final class PeerListVerb implements Verb {

  private static final Flag ALL =
      Flag.on("all", "show member connections too, which are infrastructure").or("a");
  private static final Flag JSON =
      Flag.optional("json", "FIELDS", "print a JSON array; of these fields only, comma-separated")
          .or("j");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("peer list", "list who is on the mesh")
        .flags(
            ALL,
            JSON,
            VerbSpec.MESH,
            Shared.TIMEOUT,
            Network.CA,
            Network.CLIENT_CERT,
            VerbSpec.VERBOSE)
        .about(
            "Of all meshes joined unless --mesh says which. Member connections (role control-plane)"
                + " are left out unless --all asks for them. A mesh that cannot be asked is a row"
                + " with its \"error\" and the exit code is 4; the others are listed all the same."
                + " The daemon answers if one runs.",
            "Fields of --json: "
                + String.join(", ", PeerRows.FIELDS)
                + ". isSelf: a connection of yours;"
                + " isThisSession: the one of this very command.")
        .examples(
            "claudemesh peer list",
            "claudemesh peer list --json=displayName,status,cwd",
            "claudemesh peer list --all --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    List<String> fields = fields(call.arguments());
    call.arguments().duration(Shared.TIMEOUT.name());
    Json answer = MeshAccess.of(call).get("/v1/peers", "mesh", call.mesh());
    List<Json> errors = answer.list("errors");
    PeerRows rows = new PeerRows(answer.list("peers"), call.arguments().has(ALL.name()));
    if (call.wantsJson()) {
      Listing.printJson(call, rows.json(fields), errors);
    } else {
      if (!rows.isEmpty() || errors.isEmpty()) {
        call.out().text(rows.isEmpty() ? "Nobody is there." : rows.table(call));
      }
      Listing.printErrors(call, errors);
    }
    return errors.isEmpty() ? ExitCode.OK : ExitCode.UNREACHABLE;
  }

  private static List<String> fields(Arguments arguments) throws UsageException {
    Optional<String> wanted = arguments.value(JSON.name());
    if (wanted.isEmpty()) {
      return PeerRows.FIELDS;
    }
    List<String> fields = List.of(wanted.get().split(",", -1));
    List<String> unknown = new ArrayList<>(fields);
    unknown.removeAll(PeerRows.FIELDS);
    if (!unknown.isEmpty()) {
      throw new UsageException(
          "--json: no field "
              + String.join(", ", unknown)
              + "; there are: "
              + String.join(", ", PeerRows.FIELDS));
    }
    return fields;
  }
}
