package claudemesh.cli;

import claudemesh.daemon.DaemonFolder;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** This machine's service manager: what it is told of the daemon, and how to talk to it. */
final class ServiceManager {

  private static final long PATIENCE_SECONDS = 60;

  /** What the daemon has to find again: its folders, and a Java that the launcher can start. */
  private static final List<String> KEPT =
      List.of("CLAUDEMESH_CONFIG_DIR", "CLAUDEMESH_DAEMON_DIR", "JAVA_HOME");

  private ServiceManager() {}

  /** The service file of this call's user on this system. */
  static ServiceFile file(Call call) throws CliException {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    Path home = Path.of(call.environment().getOrDefault("HOME", System.getProperty("user.home")));
    if (system.startsWith("linux")) {
      String named = call.environment().getOrDefault("XDG_CONFIG_HOME", "");
      Path configHome = named.startsWith("/") ? Path.of(named) : home.resolve(".config");
      return ServiceFile.systemd(daemonCommand(), variables(call), configHome);
    }
    if (system.startsWith("mac")) {
      Path log = DaemonFolder.of(call.environment()).logFile();
      return ServiceFile.launchd(daemonCommand(), variables(call), home, log);
    }
    throw new CliException(
        ExitCode.FAILED,
        "only systemd and launchd are known here, and this is "
            + System.getProperty("os.name")
            + ": have your service manager start \"claudemesh daemon up\"");
  }

  private static Map<String, String> variables(Call call) {
    Map<String, String> kept = new TreeMap<>();
    for (String name : KEPT) {
      String value = call.environment().getOrDefault(name, "");
      if (!value.isEmpty()) {
        kept.put(name, value);
      }
    }
    return kept;
  }

  /** How this very program is started again, wherever the manager stands. */
  static List<String> daemonCommand() throws CliException {
    List<String> command = new ArrayList<>(ownCommand());
    command.addAll(List.of("daemon", "up"));
    return command;
  }

  /** The same for a shell, with a verb. */
  static String shellCommand(String verb) throws CliException {
    StringBuilder words = new StringBuilder();
    for (String word : ownCommand()) {
      words.append(ShellWords.quoted(word)).append(' ');
    }
    return words + verb;
  }

  private static List<String> ownCommand() throws CliException {
    List<String> command = new ArrayList<>();
    String launcher = System.getProperty(ShellWords.COMMAND, "");
    if (launcher.isEmpty()) {
      command.add(ProcessHandle.current().info().command().orElseThrow(ServiceManager::noCommand));
      command.add("-jar");
      command.add(jar().toString());
    } else {
      command.add(Path.of(launcher).toAbsolutePath().toString());
    }
    return command;
  }

  private static Path jar() throws CliException {
    try {
      var source = ServiceManager.class.getProtectionDomain().getCodeSource();
      return Path.of(source.getLocation().toURI()).toAbsolutePath();
    } catch (URISyntaxException e) {
      throw noCommand();
    }
  }

  private static CliException noCommand() {
    return new CliException(
        ExitCode.FAILED, "this system does not say how claudemesh was started: use bin/claudemesh");
  }

  /**
   * Runs commands one after the other.
   *
   * @return why one of them failed, with the words of that command; empty if all went well
   */
  static Optional<String> run(Call call, List<List<String>> commands) throws InterruptedException {
    for (List<String> command : commands) {
      Optional<String> failure =
          Progress.during(
              call.streams(), () -> String.join(" ", command) + " …", () -> runOne(call, command));
      if (failure.isPresent()) {
        return failure;
      }
    }
    return Optional.empty();
  }

  // The JDK would search the path that this process began with, whatever the call says.
  private static String find(String program, String path) {
    for (String folder : path.split(File.pathSeparator)) {
      Path file = Path.of(folder, program);
      if (!folder.isEmpty() && Files.isExecutable(file)) {
        return file.toString();
      }
    }
    return program;
  }

  private static Optional<String> runOne(Call call, List<String> command)
      throws InterruptedException {
    List<String> words = new ArrayList<>(command);
    words.set(0, find(command.get(0), call.environment().getOrDefault("PATH", "")));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().putAll(call.environment());
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.of(String.join(" ", command) + " does not end");
      }
      return process.exitValue() == 0
          ? Optional.empty()
          : Optional.of(String.join(" ", command) + ": " + said.strip());
    } catch (IOException e) {
      return Optional.of(String.join(" ", command) + ": " + e.getMessage());
    }
  }
}
