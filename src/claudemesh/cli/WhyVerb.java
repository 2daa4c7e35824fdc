package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.util.List;

/** {@code why}: the last endings of each connection, in plain words, with what was done. */
final class WhyVerb implements Verb {

  private static final long SECOND = 1_000;
  private static final long MINUTE = 60_000;

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("why", "why connections ended lately, and what was done about it")
        .flags(VerbSpec.MESH, VerbSpec.VERBOSE, VerbSpec.JSON)
        .about("The last 20 endings of each connection that the daemon holds, oldest first.")
        .examples("claudemesh why", "claudemesh why --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException {
    Json answer = DaemonAccess.required(call).get("/v1/endings", "mesh", call.mesh());
    List<Json> connections = answer.list("connections");
    if (call.wantsJson()) {
      call.out().json(Json.array(connections));
      return ExitCode.OK;
    }
    if (connections.isEmpty()) {
      call.out().text("There is no connection.");
    }
    for (Json connection : connections) {
      call.out().text(Output.safe(title(connection)));
      List<Json> endings = connection.list("endings");
      if (endings.isEmpty()) {
        call.out().text("  it has never ended");
      }
      for (Json ending : endings) {
        call.out().text("  " + Output.safe(sentence(ending)));
      }
    }
    return ExitCode.OK;
  }

  private static String title(Json connection) {
    String why = connection.string("why", "");
    return connection.string("mesh", "")
        + ", "
        + connection.string("kind", "")
        + " "
        + connection.string("name", "")
        + ": "
        + connection.string("status", "")
        + (why.isEmpty() ? "" : ", " + why);
  }

  private static String sentence(Json ending) {
    StringBuilder words = new StringBuilder(ending.string("at", "")).append("  ");
    words.append(ending.string("words", ending.string("what", "")));
    if (ending.has("lasted_ms")) {
      words.append("; it had lasted ").append(span(ending.number("lasted_ms")));
    }
    return words.append("; ").append(did(ending)).toString();
  }

  /** What was done about an ending. */
  static String did(Json ending) {
    String at = ending.has("next_try") ? " at " + ending.string("next_try") : "";
    return switch (ending.string("decision", "")) {
      case "retry" -> "tried again" + at;
      case "retry_slowly" -> "tried again after a long wait" + at;
      case "renew" -> "came back with fresh credentials" + at;
      case "stop" -> "gave up: it does not come back by itself";
      default -> ending.string("decision", "") + at;
    };
  }

  private static String span(long millis) {
    if (millis < SECOND) {
      return millis + " ms";
    }
    return millis < MINUTE ? millis / SECOND + " s" : millis / MINUTE + " min";
  }
}
