package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.json.Log;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A command that runs as a session: with its token, on this process's own terminal, and with the
 * signals that this process gets.
 */
final class SessionProcess {

  /** The variable that tells a command which session it is. */
  static final String SESSION_ID = "CLAUDEMESH_SESSION_ID";

  private static final List<String> NEVER_FOUND = List.of("error=2,", "No such file");
  private static final int NOT_FOUND = 127;
  private static final int NOT_EXECUTABLE = 126;

  private SessionProcess() {}

  /**
   * Runs it.
   *
   * @return its exit code; 127 if there is no such command, 126 if it cannot be run
   * @throws InterruptedException if this call is to end; the command was ended
   */
  static int run(Call call, String token, String id) throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(call.arguments().operands()).inheritIO();
    builder.environment().clear();
    builder.environment().putAll(call.environment());
    builder.environment().remove(DaemonClient.DEPLOYED_TOKEN);
    builder.environment().remove(DaemonClient.TOKEN_FILE);
    builder.environment().put(DaemonClient.TOKEN, token);
    builder.environment().put(SESSION_ID, id);
    // Before it starts: a signal that comes in between waits for it, and is not lost.
    CompletableFuture<Process> started = new CompletableFuture<>();
    handOn(started, "TERM");
    handOn(started, "HUP");
    handOn(started, "INT");
    Process command;
    try {
      command = builder.start();
    } catch (IOException e) {
      Log.error("command_not_started", "why", e.getMessage());
      String why = String.valueOf(e.getMessage());
      return NEVER_FOUND.stream().anyMatch(why::contains) ? NOT_FOUND : NOT_EXECUTABLE;
    }
    started.complete(command);
    try {
      return command.waitFor();
    } catch (InterruptedException e) {
      command.destroy();
      throw e;
    }
  }

  /** Where signals cannot be had, the command is ended with this call. */
  private static void handOn(CompletableFuture<Process> started, String signal) {
    Signals.on(signal, () -> started.thenAccept(command -> send(command, signal)));
  }

  private static void send(Process command, String signal) {
    boolean hasItAlready = signal.equals("INT") && Terminal.isTerminal(0);
    if (hasItAlready) {
      return; // a terminal sends it to everybody in its foreground
    }
    if (signal.equals("TERM")) {
      command.destroy();
      return;
    }
    Signals.send(signal, command.pid());
  }
}
