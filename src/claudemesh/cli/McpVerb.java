package claudemesh.cli;

import claudemesh.daemon.JoinedMesh;
import java.io.IOException;
import java.util.Optional;

/** {@code mcp}: the mesh as tools of an agent. */
final class McpVerb implements Verb {

  private static final Flag AS =
      Flag.value("as", "NAME", "the session's name; your display name unless given");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("mcp", "serve the mesh to an agent (Model Context Protocol on stdio)")
        .flags(VerbSpec.MESH, AS, Network.CA, Network.CLIENT_CERT)
        .about(
            "JSON-RPC 2.0, one message a line on standard input and output, revision "
                + McpServer.REVISIONS.get(0)
                + " and older ones as the client asks. Tools: list_peers, send_message,"
                + " check_messages, set_status, set_summary. Messages that come in are told as"
                + " notifications/message, and are acknowledged once check_messages has handed them"
                + " out.",
            "An agent starts it; \"claudemesh install --agent\" prints the command that registers"
                + " it.")
        .examples("claudemesh mcp", "claudemesh mcp --mesh team --as reviewer");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    JoinedMesh mesh = Meshes.one(call);
    String name = Meshes.displayName(call, AS.name(), Optional.of(mesh));
    try (McpTools tools = new McpTools(mesh.slug())) {
      tools.start(Connections.session(mesh, Connections.options(call, name), tools));
      new McpServer(call.streams().in(), call.out(), tools).serve();
    }
    return ExitCode.OK;
  }
}
