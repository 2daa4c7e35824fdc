package claudemesh.daemon;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.SecretFiles;
import claudemesh.json.Json;
import claudemesh.lifecycle.JdkTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A daemon with many sessions, in a process of its own, to be measured from outside: {@code CONFIG
 * SESSIONS}. Says {@code open SECONDS} once all connections are open, first without sessions and,
 * after it was told a line, as one that was started again with all of them; after another line it
 * leaves as after a SIGTERM and says {@code closed SECONDS}.
 */
public final class DaemonHold {

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private DaemonHold() {}

  /**
   * Runs until it has been told twice.
   *
   * @param args the folder with the config, and how many sessions, spread evenly over its meshes
   * @throws Exception if the daemon cannot be started
   */
  public static void main(String[] args) throws Exception {
    JdkTransport.tuneProcessForThousands();
    ConfigFolder config = new ConfigFolder(Path.of(args[0]));
    DaemonFolder folder = DaemonFolder.in(config);
    DaemonOptions options = DaemonOptions.of(config, folder);
    try (Daemon daemon = Daemon.start(options)) {
      System.out.println("open " + secondsUntilOpen(daemon));
      System.in.read();
    }
    writeSessions(folder, Config.load(config).meshes(), Integer.parseInt(args[1]));
    long started = System.nanoTime();
    long closing;
    try (Daemon daemon = Daemon.start(options)) {
      secondsUntilOpen(daemon);
      System.out.println("open " + secondsSince(started));
      System.in.read();
      closing = System.nanoTime();
    }
    System.out.println("closed " + secondsSince(closing)); // as the verb, which ends here
    System.exit(0);
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private static double secondsUntilOpen(Daemon daemon) {
    long started = System.nanoTime();
    while (!isOpen(daemon)) {
      if (System.nanoTime() - started > PATIENCE.toNanos()) {
        throw new IllegalStateException("not all connections are open: " + daemon.meshes());
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
    return secondsSince(started);
  }

  private static boolean isOpen(Daemon daemon) {
    return daemon.meshes().attached().stream()
        .flatMap(mesh -> mesh.connections().stream())
        .allMatch(connection -> connection.status().isOpen());
  }

  // As a daemon leaves it behind: registering them one by one would measure something else.
  private static void writeSessions(DaemonFolder folder, List<JoinedMesh> meshes, int count)
      throws IOException {
    long pid = ProcessHandle.current().pid();
    Optional<ProcessStart> start = ProcessStart.of(pid);
    List<Json> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          new RegisteredSession(
                  Ed25519KeyPair.generate().publicHex(),
                  "session-" + i,
                  meshes.get(i % meshes.size()).slug(),
                  "name-" + i,
                  pid,
                  start,
                  Optional.empty(),
                  Optional.empty(),
                  List.of(),
                  Optional.of(Ed25519KeyPair.generate()),
                  Optional.empty(),
                  Instant.now())
              .encode());
    }
    Json content = Json.object().put("version", 1).put("sessions", Json.array(rows)).build();
    SecretFiles.writeAtomically(folder.sessionsFile(), content.toString());
  }
}
