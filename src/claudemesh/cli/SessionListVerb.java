package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;

/** {@code session list}: the sessions that the daemon holds. */
final class SessionListVerb implements Verb, Listing.Columns {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("session list", "list the sessions of this machine's daemon")
        .flags(VerbSpec.VERBOSE, VerbSpec.JSON)
        .examples("claudemesh session list", "claudemesh session list --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    Json answer = DaemonAccess.required(call).get("/v1/sessions");
    String none = "No session is registered: claudemesh launch -- COMMAND.";
    return Listing.print(call, answer, "sessions", none, this);
  }

  @Override
  public String[] headings() {
    return new String[] {"NAME", "MESH", "SESSION", "PID", "CWD"};
  }

  @Override
  public void cells(Table table, Json row) {
    table
        .cell(row.string("displayName", ""), Table.Look.BOLD)
        .cell(row.string("mesh", ""))
        .cell(row.string("sessionId", ""))
        .cell(Listing.text(row, "pid"))
        .cell(row.string("cwd", ""));
  }
}
