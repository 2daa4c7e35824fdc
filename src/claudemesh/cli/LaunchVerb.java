package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.json.Json;
import claudemesh.json.Log;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * {@code launch}: runs a command as a session of its own.
 *
 * <pre>
 *   register ──► run, with the token in its environment ──► it ends ──► deregister ──► its exit code
 * </pre>
 *
 * <p>The daemon watches this process, which lives as long as the command.
 */
final class LaunchVerb implements Verb {

  private static final int TOKEN_BYTES = 32;
  private static final Flag NAME =
      Flag.value("name", "NAME", "the session's name; the command's unless given").or("n");
  private static final Flag GROUP =
      Flag.repeated("group", "GROUP[:ROLE]", "a group to be in; may be given more than once")
          .or("g");
  private static final Flag SESSION_ID =
      Flag.value("session-id", "SESSION", "the session to resume: same id, same key, same mail");
  private static final Flag ROLE = Flag.value("role", "ROLE", "what the session is for");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("launch", "run a command as a session of its own")
        .operands("COMMAND…", 1, Integer.MAX_VALUE)
        .flags(NAME, GROUP, ROLE, VerbSpec.MESH, SESSION_ID, VerbSpec.VERBOSE)
        .about(
            "Registers a session with the daemon, runs COMMAND with the session's secret in "
                + DaemonClient.TOKEN
                + " and the terminal as it is, and ends the session with it. Verbs inside act as"
                + " that session: send as it, read its inbox. Write -- before a command that has"
                + " flags.",
            "SIGTERM and SIGHUP are handed to the command, and so is SIGINT unless standard input"
                + " is a terminal, which sends it to both. The exit code is the command's own;"
                + " 128 and the signal's number if one ended it.",
            "The daemon keeps the session's key by its id: the id that it has is in "
                + SessionProcess.SESSION_ID
                + ".")
        .examples(
            "claudemesh launch --name helper --group dev -- bash",
            "claudemesh launch -- sh -c \"claudemesh whoami\"");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    DaemonAccess daemon = DaemonAccess.required(call);
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    String id =
        call.arguments().value(SESSION_ID.name()).orElseGet(() -> UUID.randomUUID().toString());
    Json registered = daemon.post("/v1/sessions/register", registration(call, daemon, token, id));
    try {
      if (!registered.bool("presence_accepted", false)) {
        throw new CliException(
            ExitCode.FAILED,
            "the daemon refused the session: " + registered.string("presence_error", "no reason"));
      }
      int code = SessionProcess.run(call, token, id);
      if (code == 0) {
        return ExitCode.OK;
      }
      throw new CommandEndedException(code);
    } finally {
      deregister(daemon, token);
    }
  }

  private static Json registration(Call call, DaemonAccess daemon, String token, String id)
      throws CliException {
    Arguments given = call.arguments();
    List<String> groups = given.values(GROUP.name());
    String command = Path.of(given.operand(0)).getFileName().toString();
    return Json.object()
        .put("token", token)
        .put("session_id", id)
        .put("mesh", mesh(call, daemon))
        .put("display_name", given.value(NAME.name()).orElse(command))
        .put("pid", ProcessHandle.current().pid())
        .put("cwd", Path.of("").toAbsolutePath().toString())
        .put("role", given.value(ROLE.name()))
        .put("groups", Json.strings(groups))
        .put("presence", Json.object().put("managed", true).build())
        .build();
  }

  private static String mesh(Call call, DaemonAccess daemon) throws CliException {
    List<Json> meshes = daemon.get("/v1/whoami", "mesh", call.mesh()).list("meshes");
    if (meshes.size() == 1) {
      return meshes.get(0).string("mesh");
    }
    if (meshes.isEmpty()) {
      throw Meshes.notJoined(call.mesh(), List.of());
    }
    StringBuilder names = new StringBuilder();
    for (Json mesh : meshes) {
      names.append(names.isEmpty() ? "" : ", ").append(mesh.string("mesh"));
    }
    throw new UsageException("several meshes are joined (" + names + "): say which with --mesh");
  }

  private static void deregister(DaemonAccess daemon, String token) {
    try {
      daemon.delete("/v1/sessions/" + token);
    } catch (CliException daemonAway) {
      // It looks for this process within seconds, or when it comes back, and ends the session.
      Log.debug("session_not_removed", "why", daemonAway.getMessage());
    }
  }
}
