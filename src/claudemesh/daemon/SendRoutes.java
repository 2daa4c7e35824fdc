package claudemesh.daemon;

import claudemesh.client.PeerDirectory;
import claudemesh.client.PeerDirectory.UnknownPeerException;
import claudemesh.json.Json;
import claudemesh.protocol.Target;
import claudemesh.store.OutboxRow;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * {@code POST /v1/send} (protocol.md §8): a message is on disk before it is answered, and the same
 * request under the same identity is the same message, however often it comes.
 *
 * <pre>
 *   202 queued | 200 the same, which the broker has | 202 the same, which waits or is under way
 *   409 another request under this identity, or the same one that was given up
 *   502 nobody of that name | 503 not kept
 * </pre>
 */
final class SendRoutes implements ApiRoutes {

  /** A name is looked up in a list so old; one that it does not have, in a fresh one. */
  private static final Duration LIST_AGE = Duration.ofSeconds(2);

  private static final int PREFIX = 16;

  private final ApiParts parts;

  SendRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal, IOException, InterruptedException {
    return request.verb().equals("POST ") ? send(request) : ApiReply.notFound();
  }

  private ApiReply send(ApiRequest request) throws ApiRefusal, IOException, InterruptedException {
    SendOrder order = SendOrder.decode(request);
    Optional<RegisteredSession> session = request.session();
    AttachedMesh mesh = parts.choice().one(order.mesh(), session);
    Optional<String> via =
        session
            .filter(asking -> asking.mesh().equals(mesh.slug()))
            .flatMap(RegisteredSession::pubkey);
    Optional<ApiReply> before = answeredBefore(order, mesh);
    if (before.isPresent()) {
      return before.get();
    }
    Target target = resolve(order, mesh, via);
    SendRequest send =
        new SendRequest(
            mesh.meshId(),
            via,
            target,
            order.message(),
            order.priority(),
            order.replyToId(),
            order.clientMessageId(),
            order.fingerprint());
    try {
      long waitMillis = request.body().optionalNumber("wait_ms").orElse(0);
      if (waitMillis <= 0) {
        return reply(parts.sends().accept(send).get(), order);
      }
      SendOutcome outcome = new SendOutcome(parts.parts(), order.clientMessageId(), waitMillis);
      Accepted accepted = parts.sends().accept(send).get();
      return accepted instanceof Accepted.Queued
          ? outcome.await(mesh, via, target)
          : reply(accepted, order);
    } catch (ExecutionException e) {
      throw new IOException(BrokerAnswers.cause(e).getMessage(), e);
    }
  }

  /** The answer to a request that was made before: its peer may be gone, and its name unknown. */
  private Optional<ApiReply> answeredBefore(SendOrder order, AttachedMesh mesh) {
    for (OutboxRow row : parts.parts().outbox().findByClientId(order.clientMessageId())) {
      if (row.message().via().mesh().equals(mesh.meshId())) {
        boolean same = row.message().fingerprint().equals(order.fingerprint());
        String status = OutboxJson.word(row.status());
        Optional<String> brokerId = row.brokerMessageId();
        return Optional.of(
            same ? duplicate(status, brokerId, order) : mismatch(status, brokerId, order));
      }
    }
    return Optional.empty();
  }

  private static Target resolve(SendOrder order, AttachedMesh mesh, Optional<String> via)
      throws ApiRefusal, InterruptedException {
    Optional<Target> target = order.target();
    if (target.isPresent()) {
      return target.get();
    }
    String own = via.or(mesh::memberKey).orElseThrow(() -> BrokerAnswers.unusable(mesh));
    try {
      return PeerDirectory.resolve(order.to(), mesh.peers(LIST_AGE).rows(), own);
    } catch (UnknownPeerException maybeNew) {
      return resolveAfresh(order, mesh, own);
    }
  }

  private static Target resolveAfresh(SendOrder order, AttachedMesh mesh, String own)
      throws ApiRefusal, InterruptedException {
    PeerList fresh = mesh.peers(Duration.ZERO);
    try {
      return PeerDirectory.resolve(order.to(), fresh.rows(), own);
    } catch (UnknownPeerException e) {
      String away = fresh.error().map(why -> "; the broker cannot be asked: " + why).orElse("");
      throw new ApiRefusal(
          new ApiReply(
              502,
              Json.object()
                  .put("error", "route_failed")
                  .put("detail", e.getMessage() + away)
                  .put("ambiguous", e.isAmbiguous())
                  .build()));
    }
  }

  private static ApiReply reply(Accepted accepted, SendOrder order) {
    return switch (accepted) {
      case Accepted.Queued queued -> new ApiReply(202, status(order, "queued").build());
      case Accepted.Duplicate there -> duplicate(there.status(), there.brokerMessageId(), order);
      case Accepted.Conflict there -> mismatch(there.status(), there.brokerMessageId(), order);
      case Accepted.Refused refused -> ApiReply.error(503, "not_kept", refused.reason());
    };
  }

  private static ApiReply duplicate(String status, Optional<String> brokerId, SendOrder order) {
    return switch (status) {
      case "done" ->
          ApiReply.ok(
              Json.object()
                  .put("client_message_id", order.clientMessageId())
                  .put("broker_message_id", brokerId)
                  .put("duplicate", true));
      case "pending" -> new ApiReply(202, status(order, "queued").put("duplicate", true).build());
      case "inflight" ->
          new ApiReply(202, status(order, "inflight").put("duplicate", true).build());
      default -> reused("outbox_" + status + "_fingerprint_match", brokerId, order);
    };
  }

  private static ApiReply mismatch(String status, Optional<String> brokerId, SendOrder order) {
    return reused("outbox_" + status + "_fingerprint_mismatch", brokerId, order);
  }

  private static Json.Builder status(SendOrder order, String status) {
    return Json.object().put("client_message_id", order.clientMessageId()).put("status", status);
  }

  /** The prefix is of what is asked now, as recorded. */
  private static ApiReply reused(String conflict, Optional<String> brokerId, SendOrder order) {
    return new ApiReply(
        409,
        Json.object()
            .put("error", "idempotency_key_reused")
            .put("conflict", conflict)
            .put("daemon_fingerprint_prefix", order.fingerprint().substring(0, PREFIX))
            .putNull("broker_message_id")
            .put("broker_message_id", brokerId)
            .build());
  }
}
