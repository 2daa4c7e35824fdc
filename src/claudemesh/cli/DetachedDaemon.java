package claudemesh.cli;

import claudemesh.daemon.DaemonFolder;
import claudemesh.json.LineReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Starts a daemon that outlives this call and its terminal, and logs to a file. */
final class DetachedDaemon {

  private DetachedDaemon() {}

  /**
   * Starts it, and returns when it answers.
   *
   * @param more flags for {@code daemon up}
   * @return the line that it says when it is ready, JSON
   * @throws CliException if it ended instead; its log says why
   */
  static String start(Call call, List<String> more) throws CliException, IOException {
    DaemonFolder folder = DaemonFolder.of(call.environment());
    folder.prepare();
    Path log = folder.logFile();
    createPrivate(log);
    List<String> command = new ArrayList<>(List.of("nohup")); // a terminal that closes ends it not
    command.addAll(ServiceManager.daemonCommand());
    command.addAll(more);
    command.add("--json");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(call.environment());
    Process daemon = builder.start();
    String ready = new LineReader(daemon.getInputStream(), LineReader.DEFAULT_LIMIT).read();
    if (ready == null) {
      throw new CliException(
          ExitCode.FAILED, "the daemon did not start: see \"claudemesh daemon logs\"");
    }
    return ready;
  }

  private static void createPrivate(Path file) throws IOException {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException before) {
      // of a daemon before, and private since then
    }
  }
}
