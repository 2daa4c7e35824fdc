package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code peer list}: who is on the mesh. */
final class PeerListVerb implements Verb {

  static final Flag ALL =
      Flag.on("all", "show member connections too, which are infrastructure").or("a");
  private static final Flag JSON =
      Flag.optional("json", "FIELDS", "print a JSON array; of these fields only, comma-separated")
          .or("j");

  private static final Flag WATCH =
      Flag.on("watch", "go on looking; redrawn in place on a terminal").or("w");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("peer list", "list who is on the mesh")
        .flags(
            ALL,
            JSON,
            WATCH,
            Live.INTERVAL,
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
            "With --watch it looks again when somebody comes or goes, and every --interval; q or"
                + " Ctrl-C ends it, and what was seen last stays. Where no person looks it prints a"
                + " list only when it differs from the one before: with --json one array a line,"
                + " else a table under the time.")
        .examples(
            "claudemesh peer list",
            "claudemesh peer list --json=displayName,status,cwd",
            "claudemesh peer list --all --json",
            "claudemesh peer list --watch",
            "claudemesh peer list --watch --json=displayName,status");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    List<String> fields = fields(call.arguments());
    call.arguments().duration(Shared.TIMEOUT.name());
    boolean all = call.arguments().has(ALL.name());
    Duration interval = Live.interval(call, WATCH);
    if (call.arguments().has(WATCH.name())) {
      return ReaderWatch.during(call, () -> PeerWatch.run(call, fields, all, interval));
    }
    Json answer = MeshAccess.of(call).get("/v1/peers", "mesh", call.mesh());
    List<Json> errors = answer.list("errors");
    PeerRows rows = new PeerRows(answer.list("peers"), all);
    if (call.wantsJson()) {
      Listing.printJson(call, rows.json(fields), errors);
    } else {
      if (!rows.isEmpty() || errors.isEmpty()) {
        call.out().text(rows.text(call));
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
