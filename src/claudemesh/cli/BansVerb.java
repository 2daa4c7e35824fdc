package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;

/** {@code bans}: whose membership was ended. */
final class BansVerb implements Verb, Listing.Columns {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("bans", "list who is banned from a mesh")
        .flags(Shared.CONNECTING)
        .examples("claudemesh bans", "claudemesh bans --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    Json answer = MeshAccess.of(call).get("/v1/bans", "mesh", call.mesh());
    return Listing.print(call, answer, "bans", "Nobody is banned.", this);
  }

  @Override
  public String[] headings() {
    return new String[] {"NAME", "MESH", "KEY", "SINCE"};
  }

  @Override
  public void cells(Table table, Json row) {
    table
        .cell(row.string("name", ""), Table.Look.BOLD)
        .cell(row.string("mesh", ""))
        .cell(row.string("pubkey", ""))
        .cell(row.string("revokedAt", ""));
  }
}
