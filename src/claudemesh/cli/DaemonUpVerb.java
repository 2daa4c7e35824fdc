package claudemesh.cli;

import claudemesh.daemon.Daemon;
import claudemesh.daemon.DaemonFolder;
import claudemesh.daemon.DaemonOptions;
import claudemesh.json.Json;
import claudemesh.json.Log;
import claudemesh.lifecycle.JdkTransport;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;

/**
 * {@code daemon up}: the daemon in the foreground, until it is interrupted.
 *
 * <p>Where a service manager waits to hear that it is ready ({@code NOTIFY_SOCKET}), {@code
 * systemd-notify} tells it so: a datagram to a Unix socket, which Java cannot send. It is a child
 * process, so the unit needs {@code NotifyAccess=all}.
 */
final class DaemonUpVerb implements Verb {

  private static final String NOTIFY_SOCKET = "NOTIFY_SOCKET";
  private static final int LARGEST_PORT = 65_535;
  private static final Flag TCP =
      Flag.value(
          "tcp", "PORT", "answer on this port of 127.0.0.1 too, 0 for a free one, with a token");

  private static final Flag DETACH =
      Flag.on("detach", "go on in the background, logging to daemon.log; returns once it answers");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("daemon up", "keep this machine on its meshes, and answer other verbs")
        .flags(DETACH, TCP, VerbSpec.JSON)
        .about(
            "One process, in the foreground until it is interrupted: a connection to each joined"
                + " mesh, the registered sessions, and an outbox and an inbox on disk. It answers"
                + " HTTP on the Unix socket daemon.sock in its folder, which is daemon in the"
                + " config's, or CLAUDEMESH_DAEMON_DIR. Meshes joined and left meanwhile count at"
                + " once. One daemon at a time works in a folder. Logs go to standard error.",
            "With --tcp, requests over TCP show the secret in the file local-token:"
                + " Authorization: Bearer TOKEN.",
            "As a service of systemd with Type=notify it tells when it is ready, through the"
                + " program systemd-notify: the unit needs NotifyAccess=all.")
        .examples(
            "claudemesh daemon up",
            "claudemesh daemon up --detach",
            "claudemesh daemon up --tcp 0 --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    DaemonFolder folder = DaemonFolder.of(call.environment());
    DaemonOptions options = DaemonOptions.of(call.configFolder(), folder);
    Optional<Integer> port = call.arguments().number(TCP.name(), 0, LARGEST_PORT);
    if (call.arguments().has(DETACH.name())) {
      return detach(call, port);
    }
    try (Daemon daemon = start(call, port.map(options::withTcpPort).orElse(options))) {
      announce(call, folder, daemon);
      tellServiceManager(call);
      BrokerVerb.untilInterrupted();
      return ExitCode.OK;
    }
  }

  private static ExitCode detach(Call call, Optional<Integer> port)
      throws CliException, IOException {
    List<String> more = port.isPresent() ? List.of("--tcp", port.get().toString()) : List.of();
    Json ready = Json.parseObject(DetachedDaemon.start(call, more));
    if (call.wantsJson()) {
      call.out().json(ready);
    } else {
      String socket = Output.safe(ready.string("socket"));
      call.out().text("daemon at " + socket + ", pid " + ready.number("pid"));
    }
    return ExitCode.OK;
  }

  private static Daemon start(Call call, DaemonOptions options)
      throws CliException, InterruptedException {
    JdkTransport.tuneProcessForThousands(); // before anything loads the JDK's client
    String words = "looking through " + options.folder().path() + " before anything is added to it";
    try {
      return Progress.during(call.streams(), () -> words, () -> Daemon.start(options));
    } catch (FileSystemException e) {
      throw new CliException(ExitCode.FAILED, words(e, options.folder()), e);
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage(), e); // worded by who threw it
    }
  }

  /** Exceptions of the file system often have the file as their whole message. */
  private static String words(FileSystemException e, DaemonFolder folder) {
    String why =
        e instanceof AccessDeniedException
            ? "not permitted"
            : e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    return "cannot use the daemon's folder "
        + folder.path()
        + " ("
        + e.getFile()
        + ": "
        + why
        + "): make it yours and writable, or name another one with CLAUDEMESH_DAEMON_DIR";
  }

  private static void announce(Call call, DaemonFolder folder, Daemon daemon) throws IOException {
    List<String> meshes = daemon.meshNames();
    if (call.wantsJson()) {
      Json.Builder ready =
          Json.object()
              .put("type", "ready")
              .put("pid", ProcessHandle.current().pid())
              .put("folder", folder.path().toString())
              .put("socket", folder.socket().toString());
      daemon.tcpAddress().ifPresent(address -> ready.put("tcp", address.getPort()));
      call.out().json(ready.put("meshes", Json.strings(meshes)).build());
      return;
    }
    String hint = meshes.isEmpty() ? "none yet: claudemesh join LINK" : String.join(", ", meshes);
    String tcp = daemon.tcpAddress().map(address -> " and " + address).orElse("");
    call.out().text(Output.safe("daemon at " + folder.socket() + tcp + ", meshes: " + hint));
  }

  private static void tellServiceManager(Call call) throws InterruptedException {
    if (call.environment().getOrDefault(NOTIFY_SOCKET, "").isEmpty()) {
      return;
    }
    String own = "--pid=" + ProcessHandle.current().pid();
    try {
      Process notify =
          new ProcessBuilder("systemd-notify", own, "--ready")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      int code = notify.waitFor();
      if (code != 0) {
        Log.warn("service_manager_not_told", "program", "systemd-notify", "exit_code", code);
      }
    } catch (IOException e) {
      Log.warn("service_manager_not_told", "why", String.valueOf(e.getMessage()));
    }
  }
}
