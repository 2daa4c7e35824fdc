package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.json.Log;
import claudemesh.protocol.PeerDetails;
import java.util.List;
import java.util.Optional;

/**
 * Gives every registered session that is to be present its connection, for as long as both the
 * session and the mesh are there. Thread-safe, and never waits for a network.
 */
final class SessionConnections implements SessionListener {

  private static final String NOWHERE = System.getProperty("user.dir");

  private final Meshes meshes;
  private final Events events;

  SessionConnections(Meshes meshes, Events events) {
    this.meshes = meshes;
    this.events = events;
  }

  /** Attaches the sessions of a mesh that has just been attached. */
  void attachAll(AttachedMesh mesh, List<RegisteredSession> sessions) {
    for (RegisteredSession session : sessions) {
      if (session.mesh().equals(mesh.slug())) {
        attach(mesh, session);
      }
    }
  }

  @Override
  public void registered(RegisteredSession session) {
    meshes
        .find(session.mesh())
        .ifPresent(
            mesh -> {
              attach(mesh, session);
              tell(mesh, session, "registered", Optional.empty());
            });
  }

  @Override
  public void ended(RegisteredSession session, String why) {
    meshes
        .find(session.mesh())
        .ifPresent(
            mesh -> {
              session.pubkey().ifPresent(mesh::detachSession);
              tell(mesh, session, "ended", Optional.of(why));
            });
  }

  private static void attach(AttachedMesh mesh, RegisteredSession session) {
    if (session.keys().isEmpty() || mesh.error().isPresent()) {
      return;
    }
    PeerDetails details =
        new PeerDetails(
            Optional.of(session.displayName()),
            DaemonParts.hostname(),
            Optional.of("ai"),
            Optional.empty(),
            Optional.empty(),
            session.groups(),
            session.role());
    String cwd = session.cwd().orElse(NOWHERE);
    try {
      mesh.attachSession(
          new SessionPresence(
              session.keys().get(), session.sessionId(), details, session.pid(), cwd));
    } catch (IllegalStateException e) {
      Log.warn("session_not_attached", "session", session.sessionId(), "why", e.getMessage());
    }
  }

  private void tell(
      AttachedMesh mesh, RegisteredSession session, String what, Optional<String> why) {
    Json data =
        Json.object()
            .put("mesh", mesh.slug())
            .put("event", what)
            .put("session_id", session.sessionId())
            .put("display_name", session.displayName())
            .put("pubkey", session.pubkey())
            .put("why", why)
            .build();
    events.publish(
        Events.Kind.SESSION, new Events.Scope(Optional.of(mesh.meshId()), session.pubkey()), data);
  }
}
