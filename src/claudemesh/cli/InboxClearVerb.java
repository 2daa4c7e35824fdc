package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.json.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** {@code inbox clear}: removes messages from the daemon's inbox. */
final class InboxClearVerb implements Verb {

  /** Each of a million messages is remembered, so that it cannot come again. */
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("inbox clear", "remove messages from the inbox, or one of them")
        .operands("[ID]", 0, 1)
        .flags(InboxVerb.FROM, InboxVerb.SINCE, VerbSpec.MESH, VerbSpec.VERBOSE, VerbSpec.JSON)
        .about(
            "All of them, unless --from or --since say which: read or not. Inside \"claudemesh"
                + " launch\" only the session's own.")
        .examples("claudemesh inbox clear", "claudemesh inbox clear --from bob");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    List<String> ids = call.arguments().operands();
    String path = ids.isEmpty() ? "/v1/inbox" : "/v1/inbox/" + DaemonClient.encoded(ids.get(0));
    String[] which = {
      "mesh",
      call.mesh(),
      "from",
      call.arguments().value(InboxVerb.FROM.name()).orElse(null),
      "since",
      InboxVerb.since(call)
    };
    DaemonAccess daemon = DaemonAccess.required(call).within(PATIENCE);
    Json done = Progress.during(call.streams(), () -> "clearing", () -> daemon.delete(path, which));
    if (call.wantsJson()) {
      call.out().json(done);
    } else {
      call.out().text(done.number("removed") + " removed");
    }
    return ExitCode.OK;
  }
}
