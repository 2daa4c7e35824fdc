package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;

/** {@code topic history}: what was said in a topic. */
final class TopicHistoryVerb implements Verb, Listing.Columns {

  private static final int MOST = 500;
  private static final Flag LIMIT =
      Flag.value("limit", "N", "the latest N messages; 50 unless given").or("n");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("topic history", "show what was said in a topic, oldest first")
        .operands("TOPIC", 1, 1)
        .flags(Shared.connecting(LIMIT))
        .about("Text and sender rest on the broker's word.")
        .examples("claudemesh topic history deploys", "claudemesh topic history deploys -n 5");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    String topic = TopicVerb.bare(call.arguments().operand(0));
    call.arguments().number(LIMIT.name(), 1, MOST);
    String limit = call.arguments().value(LIMIT.name()).orElse(null);
    Json answer =
        MeshAccess.of(call)
            .get("/v1/topics/history", "name", topic, "limit", limit, "mesh", call.mesh());
    return Listing.print(call, answer, "messages", "Nothing was said there yet.", this);
  }

  @Override
  public String[] headings() {
    return new String[] {"AT", "FROM", "TEXT"};
  }

  @Override
  public void cells(Table table, Json row) {
    table
        .cell(row.string("created_at", ""))
        .cell(row.string("sender_name", ""), Table.Look.BOLD)
        .cell(row.string("body", ""));
  }
}
