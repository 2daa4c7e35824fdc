package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code daemon down}: ends the daemon, as SIGTERM does. */
final class DaemonDownVerb implements Verb {

  private static final long PATIENCE_SECONDS = 15;

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("daemon down", "end the daemon")
        .flags(VerbSpec.VERBOSE, VerbSpec.JSON)
        .about(
            "Asks the daemon which process it is, ends that and waits for it: its connections leave"
                + " the meshes, and what is under way is on disk. A service manager may start it"
                + " again: then use \"claudemesh uninstall\". Exit code 6 if none runs.")
        .examples("claudemesh daemon down");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    long pid = DaemonAccess.required(call).get("/v1/health").number("pid");
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (process.isPresent()) {
      if (pid == ProcessHandle.current().pid() || !process.get().destroy()) {
        throw new CliException(ExitCode.FAILED, "process " + pid + " cannot be ended from here");
      }
      awaitEnd(process.get());
    }
    if (call.wantsJson()) {
      call.out().json(Json.object().put("ended", true).put("pid", pid).build());
    } else {
      call.out().text("the daemon has ended (pid " + pid + ")");
    }
    return ExitCode.OK;
  }

  private static void awaitEnd(ProcessHandle process) throws CliException, InterruptedException {
    try {
      process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new CliException(
          ExitCode.FAILED,
          "the daemon (pid " + process.pid() + ") has not ended within " + PATIENCE_SECONDS + " s",
          e);
    }
  }
}
