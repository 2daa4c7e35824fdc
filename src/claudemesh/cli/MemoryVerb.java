package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.json.Json;
import java.io.IOException;

/** {@code remember}, {@code recall} and {@code forget}: texts that a mesh keeps. */
final class MemoryVerb implements Verb, Listing.Columns {

  private static final Flag TAG =
      Flag.repeated("tag", "WORD", "a word to find it by; may be given more than once");

  private final String name;

  MemoryVerb(String name) {
    this.name = name;
  }

  @Override
  public VerbSpec spec() {
    return switch (name) {
      case "remember" ->
          VerbSpec.of(name, "have the mesh remember a text")
              .operands("TEXT", 1, 1)
              .flags(Shared.connecting(TAG))
              .about("Everybody on the mesh can read it.")
              .examples("claudemesh remember deploys-happen-on-Tuesday --tag deploy");
      case "recall" ->
          VerbSpec.of(name, "search what the mesh remembers")
              .operands("[QUERY]", 0, 1)
              .flags(Shared.CONNECTING)
              .about("Without a query: everything.")
              .examples("claudemesh recall deploy", "claudemesh recall --json");
      default ->
          VerbSpec.of(name, "have the mesh forget a text")
              .operands("ID", 1, 1)
              .flags(Shared.CONNECTING)
              .examples("claudemesh forget 3f2a91");
    };
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    MeshAccess access = MeshAccess.of(call);
    if (name.equals("recall")) {
      boolean all = call.arguments().operands().isEmpty();
      String query = all ? "" : call.arguments().operand(0);
      Json answer = access.get("/v1/memory", "q", query, "mesh", call.mesh());
      return Listing.print(call, answer, "matches", "The mesh remembers nothing like that.", this);
    }
    Json done = name.equals("forget") ? forget(call, access) : remember(call, access);
    if (call.wantsJson()) {
      call.out().json(done);
    } else {
      String did = name.equals("forget") ? "forgot " : "remembered as ";
      call.out().text(Output.safe(did + done.string("id") + " on " + done.string("mesh", "")));
    }
    return ExitCode.OK;
  }

  private static Json remember(Call call, MeshAccess access)
      throws CliException, InterruptedException {
    Json body =
        Json.object()
            .put("content", call.arguments().operand(0))
            .put("tags", Json.strings(call.arguments().values(TAG.name())))
            .put("mesh", call.mesh())
            .build();
    return access.post("/v1/memory", body);
  }

  private static Json forget(Call call, MeshAccess access)
      throws CliException, InterruptedException {
    String id = call.arguments().operand(0);
    return access.delete("/v1/memory/" + DaemonClient.encoded(id), "mesh", call.mesh());
  }

  @Override
  public String[] headings() {
    return new String[] {"ID", "TEXT", "TAGS", "BY", "AT"};
  }

  @Override
  public void cells(Table table, Json row) {
    table
        .cell(row.string("id", ""))
        .cell(row.string("content", ""), Table.Look.BOLD)
        .cell(String.join(", ", row.stringList("tags")))
        .cell(row.string("rememberedBy", ""))
        .cell(row.string("rememberedAt", ""));
  }
}
