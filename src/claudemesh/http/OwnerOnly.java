package claudemesh.http;

import claudemesh.json.Log;
import java.io.IOException;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/**
 * Lets through the requests of one user's processes and answers 403 to others. Permissions of the
 * socket's file keep others out already; this holds when somebody has loosened them.
 *
 * @param owner the one user
 * @param handler answers that user's requests
 */
record OwnerOnly(UserPrincipal owner, HttpHandler handler) implements HttpHandler {

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    Optional<UserPrincipal> peer = exchange.peerUser();
    if (peer.isPresent() && !peer.get().equals(owner)) {
      Log.warn("peer_refused", "expected", owner.getName(), "found", peer.get().getName());
      exchange.fail(
          new HttpFailure(
              403, "expected a process of user " + owner.getName() + ", found another"));
      return;
    }
    handler.handle(exchange);
  }
}
