package claudemesh.cli;

import claudemesh.cli.Candidates.Candidate;
import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.daemon.DaemonClient;
import claudemesh.daemon.DaemonException;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.json.Log;
import claudemesh.protocol.PeerSummary;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names for completion from what is joined and running now. Somebody waits with a finger on the TAB
 * key: what cannot be had within a second is left out, and logged at level debug only.
 */
final class LiveNames implements Candidates.Names {

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Call call;

  LiveNames(Call call) {
    this.call = call;
  }

  @Override
  public List<Candidate> meshes() {
    List<Candidate> found = new ArrayList<>();
    for (JoinedMesh mesh : joined()) {
      found.add(new Candidate(mesh.slug(), mesh.brokerUrl()));
    }
    return found;
  }

  @Override
  public List<Candidate> peers(Optional<String> mesh) {
    Map<String, Candidate> found = new LinkedHashMap<>();
    Optional<DaemonClient> daemon = MeshAccess.daemon(call);
    if (daemon.isPresent()) {
      for (Json peer : ask(daemon.get(), "/v1/peers", "peers", mesh.orElse(null))) {
        add(found, PeerSummary.decode(peer));
      }
      return withEverybody(found);
    }
    Deadline deadline = Deadline.in(PATIENCE);
    for (JoinedMesh one : joined()) {
      if (mesh.isEmpty() || mesh.get().equals(one.slug()) || mesh.get().equals(one.meshId())) {
        for (PeerSummary peer : peers(one, deadline)) {
          add(found, peer);
        }
      }
    }
    return withEverybody(found);
  }

  private static List<Candidate> withEverybody(Map<String, Candidate> found) {
    if (!found.isEmpty()) {
      found.put("*", new Candidate("*", "everybody, not encrypted"));
    }
    return List.copyOf(found.values());
  }

  private static List<Json> ask(DaemonClient daemon, String path, String field, String mesh) {
    try {
      return daemon.get(path, "mesh", mesh).list(field);
    } catch (DaemonException e) {
      Log.debug("nothing_to_complete", "why", e.getMessage());
      return List.of();
    }
  }

  private static void add(Map<String, Candidate> found, PeerSummary peer) {
    if (!peer.isControlPlane()) {
      String about = peer.summary().orElse(peer.cwd());
      found.putIfAbsent(peer.displayName(), new Candidate(peer.displayName(), about));
    }
    peer.groups()
        .forEach(
            group -> {
              String word = "@" + group.name();
              found.putIfAbsent(word, new Candidate(word, "a group, not encrypted"));
            });
  }

  @Override
  public List<Candidate> sessions() {
    List<Candidate> found = new ArrayList<>();
    Optional<DaemonClient> daemon = MeshAccess.daemon(call);
    if (daemon.isPresent()) {
      for (Json session : ask(daemon.get(), "/v1/sessions", "sessions", null)) {
        String name = session.string("displayName", "");
        found.add(new Candidate(session.string("sessionId", ""), name));
      }
    }
    return found;
  }

  private List<JoinedMesh> joined() {
    try {
      return call.config().meshes();
    } catch (CliException e) {
      Log.debug("nothing_to_complete", "why", e.getMessage());
      return List.of();
    }
  }

  private List<PeerSummary> peers(JoinedMesh mesh, Deadline deadline) {
    try {
      ClientOptions options = Connections.options(call, Meshes.displayName(call, mesh));
      try (DaemonBrokerClient client = Connections.member(mesh, options, new ClientListener() {})) {
        Connections.awaitOpen(call, mesh, client::awaitOpen, deadline);
        return Connections.answer(client.listPeers(), deadline);
      }
    } catch (CliException e) {
      Log.debug("nothing_to_complete", "mesh", mesh.slug(), "why", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return List.of();
  }
}
