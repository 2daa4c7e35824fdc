package claudemesh.cli;

import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.json.Log;
import claudemesh.protocol.PeerSummary;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** {@code peer list}: who is on the mesh. */
final class PeerListVerb implements Verb {

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
  private static final Flag ALL =
      Flag.on("all", "show member connections too, which are infrastructure").or("a");
  private static final Flag JSON =
      Flag.optional("json", "FIELDS", "print a JSON array; of these fields only, comma-separated")
          .or("j");
  private static final Flag TIMEOUT =
      Flag.value("timeout", "S", "give up after S seconds; 5 unless given").or("t");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("peer list", "list who is on the mesh")
        .flags(ALL, JSON, VerbSpec.MESH, TIMEOUT, Network.CA, Network.CLIENT_CERT)
        .about(
            "Of all meshes joined unless --mesh says which. Member connections (role control-plane)"
                + " are left out unless --all asks for them. A mesh that cannot be asked is named"
                + " on standard error and the exit code says so; the others are listed all the"
                + " same.",
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
    Deadline deadline =
        Deadline.in(call.arguments().duration(TIMEOUT.name()).orElse(DEFAULT_TIMEOUT));
    List<JoinedMesh> meshes = Meshes.some(call);
    PeerRows rows = new PeerRows(call.arguments().has(ALL.name()), meshes.size() > 1);
    ExitCode worst = ExitCode.OK;
    ExecutorService each = Executors.newVirtualThreadPerTaskExecutor();
    try {
      for (Future<PeerRows.Listing> asked : askAll(call, meshes, deadline, each)) {
        try {
          rows.add(answer(asked));
        } catch (CliException e) {
          if (meshes.size() == 1) {
            throw e;
          }
          Log.error("mesh_not_listed", "why", e.getMessage());
          worst = e.exitCode();
        }
      }
    } finally {
      each.shutdownNow();
    }
    print(call, rows, fields);
    return worst;
  }

  private static List<Future<PeerRows.Listing>> askAll(
      Call call, List<JoinedMesh> meshes, Deadline deadline, ExecutorService each) {
    List<Future<PeerRows.Listing>> asked = new ArrayList<>();
    for (JoinedMesh mesh : meshes) {
      asked.add(each.submit(() -> ask(call, mesh, deadline)));
    }
    return asked;
  }

  private static PeerRows.Listing answer(Future<PeerRows.Listing> asked)
      throws CliException, InterruptedException {
    try {
      return asked.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CliException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static List<String> fields(Arguments arguments) throws UsageException {
    Optional<String> wanted = arguments.value(JSON.name());
    if (wanted.isEmpty()) {
      return PeerRows.FIELDS;
    }
    List<String> fields = List.of(wanted.get().split(",", -1));
    Set<String> unknown = new TreeSet<>(fields);
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

  private static PeerRows.Listing ask(Call call, JoinedMesh mesh, Deadline deadline)
      throws CliException, InterruptedException {
    ClientOptions options = Connections.options(call, Meshes.displayName(call, mesh));
    try (DaemonBrokerClient client = Connections.member(mesh, options, new ClientListener() {})) {
      Connections.awaitOpen(call, mesh, client::awaitOpen, deadline);
      List<PeerSummary> peers = Connections.answer(client.listPeers(), deadline);
      return new PeerRows.Listing(mesh, options.sessionId(), peers);
    }
  }

  private static void print(Call call, PeerRows rows, List<String> fields) throws IOException {
    if (!call.arguments().has(JSON.name())) {
      call.out().text(rows.isEmpty() ? "Nobody is there." : rows.table(call));
      return;
    }
    Json array = rows.json(fields);
    call.out().text(call.streams().outIsTerminal() ? array.toPrettyString() : array.toString());
  }
}
