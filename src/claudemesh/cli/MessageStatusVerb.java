package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;

/** {@code message status}: what became of a message that was sent. */
final class MessageStatusVerb implements Verb, Listing.Columns {

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("message status", "what became of a message that you sent")
        .operands("ID", 1, 1)
        .flags(Shared.CONNECTING)
        .about("ID is the broker's id for it, the message_id that send prints.")
        .examples("claudemesh message status fnR4vkDvNjs58LLciNWLzOFSHklpgto9");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    String id = call.arguments().operand(0);
    Json status = MeshAccess.of(call).get("/v1/message-status", "id", id, "mesh", call.mesh());
    if (call.wantsJson()) {
      call.out().json(status);
      return ExitCode.OK;
    }
    boolean delivered = status.bool("delivered", false);
    call.out()
        .text(
            Output.safe(
                (delivered ? "delivered " : "not delivered yet ")
                    + status.string("deliveredAt", "")
                    + " to "
                    + status.string("targetSpec", "")));
    return Listing.print(call, status, "recipients", "It has no recipients.", this);
  }

  @Override
  public String[] headings() {
    return new String[] {"NAME", "STATUS", "KEY"};
  }

  @Override
  public void cells(Table table, Json row) {
    String reason = row.string("reason", "");
    table
        .cell(row.string("name", ""), Table.Look.BOLD)
        .cell(row.string("status", "") + (reason.isEmpty() ? "" : ": " + reason))
        .cell(row.string("pubkey", ""));
  }
}
