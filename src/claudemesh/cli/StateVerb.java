package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.io.IOException;

/** {@code state get|set|list}: values that everybody on a mesh shares. */
final class StateVerb implements Verb, Listing.Columns {

  private static final Flag AS_JSON =
      Flag.on("value-json", "VALUE is JSON, such as 3 or {\"a\":1}, and not a text");

  private final String action;

  StateVerb(String action) {
    this.action = action;
  }

  @Override
  public VerbSpec spec() {
    String name = "state " + action;
    return switch (action) {
      case "get" ->
          VerbSpec.of(name, "print a value that the mesh shares")
              .operands("KEY", 1, 1)
              .flags(Shared.CONNECTING)
              .about("Exit code 1 if there is none of that name.")
              .examples("claudemesh state get build");
      case "set" ->
          VerbSpec.of(name, "store a value that the mesh shares")
              .operands("KEY VALUE", 2, 2)
              .flags(Shared.connecting(AS_JSON))
              .examples(
                  "claudemesh state set build green", "claudemesh state set jobs 3 --value-json");
      default ->
          VerbSpec.of(name, "list the values that the mesh shares")
              .flags(Shared.CONNECTING)
              .examples("claudemesh state list", "claudemesh state list --json");
    };
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    MeshAccess access = MeshAccess.of(call);
    return switch (action) {
      case "get" -> get(call, access);
      case "set" -> set(call, access);
      default ->
          Listing.print(
              call,
              access.get("/v1/state", "mesh", call.mesh()),
              "entries",
              "Nothing is stored yet: claudemesh state set KEY VALUE.",
              this);
    };
  }

  private static ExitCode get(Call call, MeshAccess access)
      throws CliException, IOException, InterruptedException {
    String key = call.arguments().operand(0);
    Json state = access.get("/v1/state", "key", key, "mesh", call.mesh()).get("state").get();
    if (call.wantsJson()) {
      call.out().json(state);
    } else {
      call.out().text(Output.safe(Listing.text(state, "value")));
    }
    return ExitCode.OK;
  }

  private static ExitCode set(Call call, MeshAccess access)
      throws CliException, IOException, InterruptedException {
    String key = call.arguments().operand(0);
    Json body =
        Json.object().put("key", key).put("value", value(call)).put("mesh", call.mesh()).build();
    Json done = access.post("/v1/state", body);
    if (call.wantsJson()) {
      call.out().json(done);
    } else {
      call.out().text(Output.safe("set " + key + " on " + done.string("mesh", "")));
    }
    return ExitCode.OK;
  }

  private static Json value(Call call) throws UsageException {
    String text = call.arguments().operand(1);
    if (!call.arguments().has(AS_JSON.name())) {
      return Json.of(text);
    }
    try {
      return Json.parse(text);
    } catch (JsonException e) {
      throw new UsageException("VALUE is " + e.getMessage());
    }
  }

  @Override
  public String[] headings() {
    return new String[] {"KEY", "VALUE", "MESH", "BY", "AT"};
  }

  @Override
  public void cells(Table table, Json row) {
    table
        .cell(row.string("key", ""), Table.Look.BOLD)
        .cell(Listing.text(row, "value"))
        .cell(row.string("mesh", ""))
        .cell(row.string("updatedBy", ""))
        .cell(row.string("updatedAt", ""));
  }
}
