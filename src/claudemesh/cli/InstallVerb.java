package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.json.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** {@code install}: the daemon as a service of this user. */
final class InstallVerb implements Verb {

  private static final Flag PRINT = Flag.on("print", "print the service file, and write nothing");
  private static final Flag NO_START =
      Flag.on("no-start", "write the file, and leave the service manager alone");

  private static final Flag AGENT =
      Flag.on("agent", "print the command that gives an agent the mesh's tools, and write nothing");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("install", "run the daemon as a service of yours, from login on")
        .flags(PRINT, NO_START, AGENT, VerbSpec.JSON)
        .about(
            "Linux: writes a systemd user unit, hardened and restarted on failure, and starts it."
                + " macOS: a launchd agent. \"claudemesh uninstall\" takes it back. To have it run"
                + " without a login, on Linux: loginctl enable-linger.")
        .examples("claudemesh install", "claudemesh install --print", "claudemesh install --agent");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    if (call.arguments().has(AGENT.name())) {
      call.out().text("claude mcp add claudemesh -- " + ServiceManager.shellCommand("mcp"));
      return ExitCode.OK;
    }
    ServiceFile service = ServiceManager.file(call);
    if (call.arguments().has(PRINT.name())) {
      call.out().text(service.text().stripTrailing());
      return ExitCode.OK;
    }
    Files.createDirectories(service.path().getParent());
    replace(service.path(), service.text());
    boolean start = !call.arguments().has(NO_START.name());
    Optional<String> failure = start ? ServiceManager.run(call, service.start()) : Optional.empty();
    report(call, service, start && failure.isEmpty(), failure);
    return failure.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  // Never half a file: a service manager may read it at any moment.
  private static void replace(Path file, String text) throws IOException {
    Path fresh = Files.createTempFile(file.getParent(), ".claudemesh", ".new");
    try {
      Files.write(fresh, text.getBytes(StandardCharsets.UTF_8));
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static void report(
      Call call, ServiceFile service, boolean started, Optional<String> failure)
      throws IOException {
    if (call.wantsJson()) {
      call.out()
          .json(
              Json.object()
                  .put("file", service.path().toString())
                  .put("started", started)
                  .put("why", failure)
                  .build());
      return;
    }
    call.out().text("wrote " + Output.safe(service.path().toString()));
    if (started) {
      call.out().text("the daemon runs; \"claudemesh status\" shows it");
      return;
    }
    failure.ifPresent(why -> Log.error("service_not_started", "why", why));
    call.out().text("To start it, type:");
    for (var command : service.start()) {
      call.out().text("  " + String.join(" ", command));
    }
  }
}
