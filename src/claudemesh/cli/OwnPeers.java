package claudemesh.cli;

import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.client.EndingAdvice;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.lifecycle.StatusChange;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks brokers who is there, where no daemon runs: over one member connection for each mesh, which
 * stays and heals. A mesh that is not connected is an error row until it is again. The only mesh's
 * refusal ends it.
 */
final class OwnPeers implements PeerSource {

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  private record Link(JoinedMesh mesh, String sessionId, DaemonBrokerClient client) {}

  private final Call call;
  private final Duration timeout;
  private final List<Link> links = new ArrayList<>();
  private boolean begun;

  OwnPeers(Call call) throws CliException {
    this.call = call;
    this.timeout = call.arguments().duration("timeout").orElse(DEFAULT_TIMEOUT);
  }

  @Override
  public void begin(Runnable poke) throws CliException {
    for (JoinedMesh mesh : Meshes.some(call)) {
      ClientOptions options = Connections.options(call, Meshes.displayName(call, mesh));
      DaemonBrokerClient client = Connections.member(mesh, options, new Pokes(poke));
      links.add(new Link(mesh, options.sessionId(), client));
    }
  }

  private record Pokes(Runnable poke) implements ClientListener {
    @Override
    public void onEvent(SystemEvent event) {
      poke.run();
    }

    @Override
    public void onStatus(StatusChange change) {
      poke.run();
    }
  }

  @Override
  public Json look() throws CliException, InterruptedException {
    Deadline deadline = Deadline.in(timeout);
    if (!begun && links.size() == 1) {
      Link only = links.get(0);
      Connections.awaitOpen(call, only.mesh(), only.client()::awaitOpen, deadline);
    }
    begun = true;
    List<Json> peers = new ArrayList<>();
    List<Json> errors = new ArrayList<>();
    for (Link link : links) {
      look(link, deadline, peers, errors);
    }
    return Json.object().put("peers", Json.array(peers)).put("errors", Json.array(errors)).build();
  }

  private void look(Link link, Deadline deadline, List<Json> peers, List<Json> errors)
      throws CliException, InterruptedException {
    WsStatus status = link.client().status();
    if (status == WsStatus.OPEN) {
      try {
        var answer = Connections.answer(link.client().listPeers(), deadline);
        peers.addAll(OwnAnswers.peers(answer, link.mesh(), link.sessionId()));
        return;
      } catch (CliException e) {
        errors.add(error(link, e.getMessage()));
        return;
      }
    }
    String why = link.client().lastEnding().map(EndingAdvice::of).orElse("");
    if (status == WsStatus.CLOSED && links.size() == 1) {
      throw new CliException(
          link.client().lastEnding().map(Connections::codeOf).orElse(ExitCode.UNREACHABLE),
          "the connection to " + link.mesh().slug() + " is closed: " + why);
    }
    errors.add(error(link, status.word() + (why.isEmpty() ? "" : ": " + why)));
  }

  private static Json error(Link link, String words) {
    return Json.object().put("mesh", link.mesh().slug()).put("error", words).build();
  }

  @Override
  public void close() {
    links.forEach(link -> link.client().close());
  }
}
