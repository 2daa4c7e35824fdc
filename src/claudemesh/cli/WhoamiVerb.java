package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;

/** {@code whoami}: as whom this user, or this session, is on each mesh. */
final class WhoamiVerb implements Verb, Listing.Columns {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("whoami", "as whom you are on each mesh")
        .flags(VerbSpec.MESH, VerbSpec.VERBOSE, VerbSpec.JSON)
        .about("Inside \"claudemesh launch\" it names the session too.")
        .examples("claudemesh whoami", "claudemesh whoami --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    Json answer = MeshAccess.of(call).get("/v1/whoami", "mesh", call.mesh());
    if (answer.list("meshes").isEmpty()) {
      throw new CliException(ExitCode.NOT_JOINED, "no such mesh was joined: claudemesh join LINK");
    }
    if (call.wantsJson()) {
      call.out().json(answer);
      return ExitCode.OK;
    }
    if (answer.has("session")) {
      Json session = answer.get("session").get();
      call.out()
          .text(
              Output.safe(
                  "session "
                      + session.string("display_name", "")
                      + " on "
                      + session.string("mesh", "")
                      + ", key "
                      + session.string("session_pubkey", "none")));
    }
    return Listing.print(call, answer, "meshes", "", this);
  }

  @Override
  public String[] headings() {
    return new String[] {"MESH", "AS", "KEY", "BROKER", "STATUS"};
  }

  @Override
  public void cells(Table table, Json row) {
    table
        .cell(row.string("mesh", ""), Table.Look.BOLD)
        .cell(row.string("display_name", "-"))
        .cell(row.string("member_pubkey", "-"))
        .cell(row.string("broker_url", ""))
        .cell(row.string("status", "-"));
  }
}
