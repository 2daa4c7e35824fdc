package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.protocol.PeerSummary;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code GET /v1/peers?mesh=}: who is there (protocol.md §4), as the broker says now. */
final class PeerRoutes implements ApiRoutes {

  private final ApiParts parts;

  PeerRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal, InterruptedException {
    if (!request.verb().equals("GET ")) {
      return ApiReply.notFound();
    }
    Optional<RegisteredSession> session = request.sessionIfKnown();
    return EachMesh.ask(
            parts.choice().all(request.query("mesh"), session), mesh -> rows(mesh, session))
        .reply("peers");
  }

  private static List<Json> rows(AttachedMesh mesh, Optional<RegisteredSession> session)
      throws ApiRefusal, InterruptedException {
    PeerList peers = mesh.peers(Duration.ZERO);
    if (peers.error().isPresent()) {
      // Who was there a while ago would pass for who is there now.
      throw new ApiRefusal(502, "peers_failed", peers.error().get());
    }
    return peers.rows().stream().map(peer -> row(peer, mesh, session)).toList();
  }

  private static Json row(
      PeerSummary peer, AttachedMesh mesh, Optional<RegisteredSession> session) {
    boolean self = mesh.memberKey().equals(Optional.of(peer.memberPubkey()));
    boolean thisSession =
        session.flatMap(RegisteredSession::pubkey).equals(Optional.of(peer.pubkey()));
    return peer.encode().toBuilder()
        .put("away", peer.away())
        .put("mesh", mesh.slug())
        .put("isSelf", self)
        .put("isThisSession", thisSession)
        .build();
  }
}
