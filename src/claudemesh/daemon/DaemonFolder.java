package claudemesh.daemon;

import claudemesh.crypto.SecretFiles;
import claudemesh.json.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The folder that a daemon keeps everything in (protocol.md §8): private before anything is in it,
 * like every file.
 *
 * @param path its absolute path; it may not exist yet
 */
public record DaemonFolder(Path path) {

  private static final String VARIABLE = "CLAUDEMESH_DAEMON_DIR";

  /**
   * Finds the folder: {@code CLAUDEMESH_DAEMON_DIR}, else {@code daemon} in the config's folder. A
   * variable that names a folder which does not exist (any more) is warned about and ignored.
   *
   * @param environment the process's variables
   * @param config where the config is
   * @return the folder
   */
  public static DaemonFolder of(Map<String, String> environment, ConfigFolder config) {
    String named = environment.getOrDefault(VARIABLE, "");
    if (!named.isEmpty()) {
      Path path = Path.of(named).toAbsolutePath().normalize();
      if (Files.isDirectory(path)) {
        return new DaemonFolder(path);
      }
      Log.warn("daemon_folder_ignored", "variable", VARIABLE, "missing", path);
    }
    return in(config);
  }

  /**
   * Finds the folder as {@link #of(Map, ConfigFolder)} does, beside the config that the same
   * variables name.
   *
   * @param environment the process's variables
   * @return the folder
   */
  public static DaemonFolder of(Map<String, String> environment) {
    return of(environment, ConfigFolder.of(environment));
  }

  /**
   * Where a daemon keeps its things unless told otherwise.
   *
   * @param config where the config is
   * @return {@code daemon} in that folder
   */
  public static DaemonFolder in(ConfigFolder config) {
    return new DaemonFolder(config.path().resolve("daemon"));
  }

  /**
   * Makes it, private from its first moment, or makes it private.
   *
   * @throws IOException if that cannot be done
   */
  public void prepare() throws IOException {
    SecretFiles.createPrivateFolder(path);
  }

  /**
   * Held by the daemon that runs; never written.
   *
   * @return the lock file
   */
  public Path lockFile() {
    return path.resolve("daemon.lock");
  }

  /**
   * Tells people which process it is. Nothing relies on it: numbers are used again.
   *
   * @return the file
   */
  public Path pidFile() {
    return path.resolve("daemon.pid");
  }

  /**
   * Where it answers.
   *
   * @return the Unix socket
   */
  public Path socket() {
    return path.resolve("daemon.sock");
  }

  /**
   * The secret of requests over TCP.
   *
   * @return the file
   */
  public Path localToken() {
    return path.resolve("local-token");
  }

  /**
   * The registered sessions, with their secrets.
   *
   * @return the file
   */
  public Path sessionsFile() {
    return path.resolve("sessions.json");
  }

  /**
   * The keys that the daemon keeps for sessions that bring none.
   *
   * @return the file
   */
  public Path sessionKeysFile() {
    return path.resolve("session-keys.json");
  }

  /**
   * What a daemon in the background logs.
   *
   * @return the file
   */
  public Path logFile() {
    return path.resolve("daemon.log");
  }
}
