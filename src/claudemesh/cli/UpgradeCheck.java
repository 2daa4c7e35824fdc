package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.lifecycle.HttpAnswer;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.util.List;

/** {@code upgrade}: whether what listens there opens WebSockets, or what it answers instead. */
final class UpgradeCheck implements Check {

  private static final int SWITCHING = 101;

  private final MeshExam exam;

  UpgradeCheck(MeshExam exam) {
    this.exam = exam;
  }

  @Override
  public String name() {
    return "upgrade";
  }

  @Override
  public List<String> needs() {
    return List.of("proxy", "tcp", "tls");
  }

  @Override
  public Finding look(Deadline deadline) {
    try {
      HttpAnswer answer = exam.way().upgrade(deadline);
      Json.Builder figures =
          Json.object()
              .put("status", answer.status())
              .put("server", answer.header("Server"))
              .put("location", answer.header("Location"));
      if (answer.status() == SWITCHING) {
        return Finding.ok("HTTP 101, a WebSocket").with(figures);
      }
      return Finding.fail(
              ExitCode.UNREACHABLE, "expected HTTP 101, found " + answer.words(), advice(answer))
          .with(figures);
    } catch (IOException e) {
      boolean wantsOurs = e.getMessage().contains("certificate");
      return Finding.fail(
          ExitCode.UNREACHABLE,
          e.getMessage(),
          wantsOurs
              ? "the server may want a certificate of yours: name it with --client-cert FILE"
              : "see whether brokerUrl has the port of a mesh broker, and wss: where it should");
    }
  }

  private static String advice(HttpAnswer answer) {
    return switch (answer.status()) {
      case 301, 302, 303, 307, 308 ->
          "no redirect is followed: put the address where it leads into brokerUrl"
              + answer.header("Location").map(where -> ", " + where).orElse("");
      case 401, 403 ->
          "ask whoever runs that server: something before the broker, or its list of origins, lets"
              + " nobody through";
      case 404 -> "see whether the path in brokerUrl is right: a mesh broker answers at /ws";
      case 429 -> "wait a while: it has had too many requests from here";
      case 502, 503, 504 ->
          "see whether the broker runs: what answered stands before it and finds nobody behind";
      default ->
          answer.status() < 300
              ? "put the broker's own address into brokerUrl: what answered is a web server"
              : "see what listens there, and whether what stands before the broker passes"
                  + " WebSockets on";
    };
  }
}
