package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;

/** {@code topic list}: the conversations of a mesh. */
final class TopicListVerb implements Verb, Listing.Columns {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("topic list", "list the topics of a mesh")
        .flags(Shared.CONNECTING)
        .examples("claudemesh topic list", "claudemesh topic list --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    Json answer = MeshAccess.of(call).get("/v1/topics", "mesh", call.mesh());
    return Listing.print(
        call, answer, "topics", "There is no topic yet: claudemesh topic create TOPIC.", this);
  }

  @Override
  public String[] headings() {
    return new String[] {"TOPIC", "MEMBERS", "MESH", "DESCRIPTION"};
  }

  @Override
  public void cells(Table table, Json row) {
    table
        .cell("#" + row.string("name", ""), Table.Look.BOLD)
        .cell(Listing.text(row, "memberCount"))
        .cell(row.string("mesh", ""))
        .cell(row.string("description", ""));
  }
}
