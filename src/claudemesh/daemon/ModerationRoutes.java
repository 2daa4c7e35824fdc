package claudemesh.daemon;

import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.protocol.BrokerMessage.AdminAck;
import claudemesh.protocol.BrokerMessage.MessageStatusResult;
import claudemesh.protocol.ClientMessage.AdminAction;
import java.util.Locale;
import java.util.Optional;

/**
 * What owners and admins may do, {@code POST /v1/moderation} and {@code GET /v1/bans?mesh=}, and
 * what became of a message, {@code GET /v1/message-status?id=}.
 */
final class ModerationRoutes implements ApiRoutes {

  private final ApiParts parts;

  ModerationRoutes(ApiParts parts) {
    this.parts = parts;
  }

  @Override
  public ApiReply answer(ApiRequest request) throws ApiRefusal, InterruptedException {
    return switch (request.method() + " " + request.subject() + "/" + request.rest()) {
      case "POST moderation/" -> act(request);
      case "GET bans/" -> bans(request);
      case "GET message-status/" -> messageStatus(request);
      default -> ApiReply.notFound();
    };
  }

  // As the member, who has the right: a session has none of its own.
  private ApiReply act(ApiRequest request) throws ApiRefusal, InterruptedException {
    Json body = request.body();
    AdminAction action = action(ApiRequest.required(body, "action"));
    String target = ApiRequest.required(body, "target");
    AttachedMesh mesh = parts.choice().one(body.optionalString("mesh"), request.session());
    AdminAck ack =
        BrokerAnswers.ask(
            action.name().toLowerCase(Locale.ROOT),
            mesh,
            Optional.empty(),
            client -> client.requests().admin(action, target));
    return new ApiReply(
        200, AnswerJson.moderated(action.name().toLowerCase(Locale.ROOT), ack, mesh.slug()));
  }

  private static AdminAction action(String word) {
    for (AdminAction action : AdminAction.values()) {
      if (action.name().toLowerCase(Locale.ROOT).equals(word)) {
        return action;
      }
    }
    throw new JsonException("action must be 'kick' | 'disconnect' | 'ban' | 'unban'");
  }

  private ApiReply bans(ApiRequest request) throws ApiRefusal, InterruptedException {
    return EachMesh.ask(
            parts.choice().all(request.query("mesh"), request.session()),
            mesh ->
                BrokerAnswers.ask(
                        "bans", mesh, Optional.empty(), client -> client.requests().listBans())
                    .stream()
                    .map(ban -> AnswerJson.ban(ban, mesh.slug()))
                    .toList())
        .reply("bans");
  }

  private ApiReply messageStatus(ApiRequest request) throws ApiRefusal, InterruptedException {
    String id = request.query("id").orElseThrow(() -> new ApiRefusal(400, "missing 'id'"));
    Optional<RegisteredSession> session = request.session();
    AttachedMesh mesh = parts.choice().one(request.query("mesh"), session);
    MessageStatusResult status =
        BrokerAnswers.ask(
            "message_status", mesh, session, client -> client.requests().messageStatus(id));
    return new ApiReply(200, AnswerJson.status(status, mesh.slug()));
  }
}
