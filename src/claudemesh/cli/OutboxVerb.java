package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.json.Json;
import java.io.IOException;
import java.util.List;

/** {@code outbox}, {@code outbox retry} and {@code outbox drop}: messages that go out. */
final class OutboxVerb implements Verb, Listing.Columns {

  private static final int MOST = 10_000;
  private static final Flag STATUS =
      Flag.value("status", "STATUS", "only those that are pending, inflight, done, dead or aborted")
          .among("pending", "inflight", "done", "dead", "aborted");
  private static final Flag LIMIT =
      Flag.value("limit", "N", "the newest N; 50 unless given").or("n");
  private static final Flag DEAD = Flag.on("dead", "all that the broker refused for good");

  private final String name;

  OutboxVerb(String name) {
    this.name = name;
  }

  @Override
  public VerbSpec spec() {
    return switch (name) {
      case "outbox" ->
          VerbSpec.of(name, "list messages that go out, and what became of them")
              .flags(STATUS, LIMIT, VerbSpec.MESH, VerbSpec.VERBOSE, VerbSpec.JSON)
              .about("Inside \"claudemesh launch\": those of the session.")
              .examples("claudemesh outbox", "claudemesh outbox --status dead --json");
      case "outbox retry" ->
          VerbSpec.of(name, "send a message again that was given up")
              .operands("[ID]", 0, 1)
              .flags(DEAD, VerbSpec.MESH, VerbSpec.VERBOSE, VerbSpec.JSON)
              .examples("claudemesh outbox retry --dead", "claudemesh outbox retry 6c2acc9f");
      default ->
          VerbSpec.of(name, "give a message up that waits to be sent")
              .operands("ID", 1, 1)
              .flags(VerbSpec.VERBOSE, VerbSpec.JSON)
              .examples("claudemesh outbox drop 6c2acc9f");
    };
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    return switch (name) {
      case "outbox" -> list(call);
      case "outbox retry" -> retry(call);
      default -> drop(call);
    };
  }

  private ExitCode list(Call call) throws CliException, IOException {
    String status = call.arguments().value(STATUS.name()).orElse(null);
    if (status != null && !STATUS.choices().contains(status)) {
      throw new UsageException(
          "--status: expected " + String.join(", ", STATUS.choices()) + ", found " + status);
    }
    call.arguments().number(LIMIT.name(), 1, MOST);
    String limit = call.arguments().value(LIMIT.name()).orElse(null);
    Json answer =
        DaemonAccess.required(call)
            .get("/v1/outbox", "status", status, "limit", limit, "mesh", call.mesh());
    return Listing.print(call, answer, "items", "The outbox is empty.", this);
  }

  private static ExitCode retry(Call call) throws CliException, IOException {
    List<String> ids = call.arguments().operands();
    if (call.arguments().has(DEAD.name()) != ids.isEmpty()) {
      throw new UsageException(
          "outbox retry wants either an ID of \"claudemesh outbox\" or --dead");
    }
    Json.Builder body = Json.object().put("mesh", call.mesh());
    if (ids.isEmpty()) {
      body.put("dead", true);
    } else {
      body.put("id", ids.get(0));
    }
    Json done = DaemonAccess.required(call).post("/v1/outbox/requeue", body.build());
    report(call, done, done.number("requeued") + " queued again");
    return ExitCode.OK;
  }

  private static ExitCode drop(Call call) throws CliException, IOException {
    String id = call.arguments().operand(0);
    Json done = DaemonAccess.required(call).delete("/v1/outbox/" + DaemonClient.encoded(id));
    report(call, done, "dropped " + Output.safe(id));
    return ExitCode.OK;
  }

  private static void report(Call call, Json done, String words) throws IOException {
    if (call.wantsJson()) {
      call.out().json(done);
    } else {
      call.out().text(words);
    }
  }

  @Override
  public String[] headings() {
    return new String[] {"ID", "STATUS", "TO", "MESH", "QUEUED", "TRIES", "WHY"};
  }

  @Override
  public void cells(Table table, Json row) {
    String status = row.string("status", "");
    Table.Look look = status.equals("dead") ? Table.Look.BAD : Table.Look.PLAIN;
    table
        .cell(row.string("id", ""), Table.Look.BOLD)
        .cell(status, look)
        .cell(row.string("to", ""))
        .cell(row.string("mesh", ""))
        .cell(row.string("enqueued_at", ""))
        .cell(Listing.text(row, "attempts"))
        .cell(row.string("last_error", ""));
  }
}
