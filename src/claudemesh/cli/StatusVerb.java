package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.util.List;

/** {@code status} and {@code daemon status}: how the daemon and its meshes are. */
final class StatusVerb implements Verb {

  private static final long MINUTE = 60;
  private static final long HOUR = 3_600;

  private final String name;

  StatusVerb(String name) {
    this.name = name;
  }

  @Override
  public VerbSpec spec() {
    return VerbSpec.of(name, "how the daemon and each of its meshes are")
        .flags(VerbSpec.VERBOSE, VerbSpec.JSON)
        .about("Exit code 0 if every mesh is open, 4 if one is not, 6 if no daemon runs.")
        .examples("claudemesh " + name, "claudemesh " + name + " --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    Json status = DaemonAccess.required(call).get("/v1/status");
    List<Json> meshes = status.list("meshes");
    boolean open = true;
    for (Json mesh : meshes) {
      open &= mesh.string("status", "").equals("open");
    }
    if (call.wantsJson()) {
      call.out().json(status);
    } else {
      call.out().text(about(status));
      call.out()
          .text(
              meshes.isEmpty()
                  ? "No mesh was joined yet: claudemesh join LINK."
                  : table(call, meshes));
    }
    return open ? ExitCode.OK : ExitCode.UNREACHABLE;
  }

  private static String about(Json status) {
    Json outbox = status.get("outbox").get();
    return Output.safe(
        "daemon "
            + status.string("version", "")
            + ", pid "
            + status.number("pid")
            + ", up "
            + span(status.number("uptime_s"))
            + ", in "
            + status.string("folder", "")
            + "; outbox: "
            + outbox.number("pending")
            + " pending, "
            + outbox.number("inflight")
            + " under way, "
            + outbox.number("dead")
            + " dead");
  }

  /** A span of time in the unit that fits. */
  static String span(long seconds) {
    if (seconds < MINUTE) {
      return seconds + " s";
    }
    return seconds < HOUR ? seconds / MINUTE + " min" : seconds / HOUR + " h";
  }

  private static String table(Call call, List<Json> meshes) {
    Table table = call.table("MESH", "STATUS", "AS", "SESSIONS", "UNREAD", "WHY");
    for (Json mesh : meshes) {
      String status = mesh.string("status", "");
      Json sessions = mesh.get("sessions").get();
      String why = mesh.string("error", mesh.string("why", ""));
      String next = mesh.string("next_try", "");
      table
          .row()
          .cell(mesh.string("mesh", ""), Table.Look.BOLD)
          .cell(status, status.equals("open") ? Table.Look.GOOD : Table.Look.BAD)
          .cell(mesh.string("display_name", "-"))
          .cell(sessions.number("open") + "/" + sessions.number("total"))
          .cell(Listing.text(mesh, "unread"))
          .cell(next.isEmpty() ? why : why + "; next try " + next);
    }
    return table.toString();
  }
}
