package claudemesh.cli;

import claudemesh.client.InboundMessage;
import claudemesh.client.MeshRequests;
import claudemesh.daemon.AnswerJson;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.AdminAck;
import claudemesh.protocol.BrokerMessage.MessageStatusResult;
import claudemesh.protocol.BrokerMessage.TopicCreated;
import claudemesh.protocol.ClientMessage.AdminAction;
import claudemesh.protocol.PeerSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The daemon's questions and answers, asked of brokers directly: the same paths, the same fields.
 * What a connection that lasts for one question could not do (sessions, mail, groups, presence) is
 * not among them. Pure.
 */
final class OwnAnswers {

  private static final String MEMORY = "/v1/memory/";
  private static final int USUAL_ROWS = 50;

  private OwnAnswers() {}

  static Json get(OwnAccess own, String path, String... query)
      throws CliException, InterruptedException {
    return switch (path) {
      case "/v1/peers" -> own.askEach("peers", MeshRequests::listPeers, OwnAnswers::peers);
      case "/v1/whoami" -> whoami(own);
      case "/v1/state" -> state(own, OwnAccess.value("key", query));
      case "/v1/memory" -> recall(own, OwnAccess.value("q", query).orElse(""));
      case "/v1/topics" ->
          own.askEach(
              "topics",
              MeshRequests::listTopics,
              (topics, mesh, id) ->
                  topics.stream().map(topic -> AnswerJson.topic(topic, mesh.slug())).toList());
      case "/v1/topics/history" -> history(own, query);
      case "/v1/bans" -> bans(own);
      case "/v1/message-status" -> status(own, OwnAccess.value("id", query).orElseThrow());
      default -> throw DaemonAccess.noDaemon();
    };
  }

  static Json post(OwnAccess own, String path, Json body)
      throws CliException, InterruptedException {
    return switch (path) {
      case "/v1/state" -> setState(own, body);
      case "/v1/memory" -> remember(own, body);
      case "/v1/topics" -> createTopic(own, body);
      case "/v1/topics/join" -> topic(own, body.string("name"), true);
      case "/v1/topics/leave" -> topic(own, body.string("name"), false);
      case "/v1/moderation" -> moderate(own, body);
      default -> throw DaemonAccess.noDaemon();
    };
  }

  static Json delete(OwnAccess own, String path) throws CliException, InterruptedException {
    if (!path.startsWith(MEMORY)) {
      throw DaemonAccess.noDaemon();
    }
    String id = path.substring(MEMORY.length());
    JoinedMesh mesh = own.mesh();
    own.ask(mesh, requests -> requests.forget(id));
    return Json.object().put("ok", true).put("id", id).put("mesh", mesh.slug()).build();
  }

  /** A mesh's peers as the daemon tells them. */
  static List<Json> peers(List<PeerSummary> peers, JoinedMesh mesh, String sessionId) {
    List<Json> rows = new ArrayList<>();
    for (PeerSummary peer : peers) {
      boolean self = peer.memberPubkey().equals(mesh.pubkey());
      rows.add(
          peer.encode().toBuilder()
              .put("mesh", mesh.slug())
              .put("away", peer.away())
              .put("isSelf", self)
              .put("isThisSession", self && peer.sessionId().equals(sessionId))
              .build());
    }
    return rows;
  }

  private static Json whoami(OwnAccess own) throws CliException {
    List<Json> rows = new ArrayList<>();
    for (JoinedMesh mesh : own.meshes()) {
      rows.add(
          Json.object()
              .put("mesh", mesh.slug())
              .put("mesh_id", mesh.meshId())
              .put("member_id", mesh.memberId())
              .put("member_pubkey", mesh.pubkey())
              .put("display_name", mesh.displayName())
              .put("broker_url", mesh.brokerUrl())
              .build());
    }
    return Json.object().put("meshes", Json.array(rows)).build();
  }

  private static Json state(OwnAccess own, Optional<String> key)
      throws CliException, InterruptedException {
    if (key.isEmpty()) {
      return own.askEach(
          "entries",
          MeshRequests::listState,
          (entries, mesh, id) ->
              entries.stream().map(entry -> AnswerJson.state(entry, mesh.slug())).toList());
    }
    Json answer =
        own.askEach(
            "entries",
            requests -> requests.getState(key.get()),
            (entry, mesh, id) ->
                entry.value().isEmpty()
                    ? List.of()
                    : List.of(AnswerJson.state(entry, mesh.slug())));
    if (answer.list("entries").isEmpty()) {
      boolean failed = answer.has("errors");
      throw new CliException(
          failed ? ExitCode.UNREACHABLE : ExitCode.FAILED,
          failed
              ? answer.list("errors").get(0).string("error")
              : "state_not_found: nothing is stored under \"" + key.get() + "\"");
    }
    return Json.object().put("state", answer.list("entries").get(0)).build();
  }

  private static Json setState(OwnAccess own, Json body) throws CliException, InterruptedException {
    JoinedMesh mesh = own.mesh();
    String key = body.string("key");
    Json value = body.get("value").orElse(Json.parse("null"));
    // Setting has no answer: the next one tells that the broker has read it.
    own.ask(
        mesh,
        requests -> requests.setState(key, value).thenCompose(done -> requests.getState(key)));
    return Json.object().put("ok", true).put("key", key).put("mesh", mesh.slug()).build();
  }

  private static Json recall(OwnAccess own, String query)
      throws CliException, InterruptedException {
    return own.askEach(
        "matches",
        requests -> requests.recall(query),
        (memories, mesh, id) ->
            memories.stream().map(memory -> AnswerJson.memory(memory, mesh.slug())).toList());
  }

  private static Json remember(OwnAccess own, Json body) throws CliException, InterruptedException {
    JoinedMesh mesh = own.mesh();
    String id =
        own.ask(
            mesh, requests -> requests.remember(body.string("content"), body.stringList("tags")));
    return Json.object().put("id", id).put("mesh", mesh.slug()).build();
  }

  private static Json createTopic(OwnAccess own, Json body)
      throws CliException, InterruptedException {
    JoinedMesh mesh = own.mesh();
    TopicCreated made =
        own.ask(
            mesh,
            requests ->
                requests.createTopic(body.string("name"), body.optionalString("description")));
    return Json.object()
        .put("ok", true)
        .put("topic", AnswerJson.topic(made.topic(), mesh.slug()))
        .put("created", made.created())
        .put("mesh", mesh.slug())
        .build();
  }

  private static Json topic(OwnAccess own, String name, boolean join)
      throws CliException, InterruptedException {
    JoinedMesh mesh = own.mesh();
    own.ask(mesh, requests -> join ? requests.joinTopic(name) : requests.leaveTopic(name));
    return Json.object().put("ok", true).put("name", name).put("mesh", mesh.slug()).build();
  }

  private static Json history(OwnAccess own, String... query)
      throws CliException, InterruptedException {
    JoinedMesh mesh = own.mesh();
    String name = OwnAccess.value("name", query).orElseThrow();
    int limit = OwnAccess.value("limit", query).map(Integer::parseInt).orElse(USUAL_ROWS);
    List<InboundMessage> messages =
        own.ask(mesh, requests -> requests.topicHistory(name, limit, Optional.empty()));
    List<Json> rows =
        messages.stream().map(message -> AnswerJson.message(message, mesh.slug())).toList();
    return Json.object().put("messages", Json.array(rows)).build();
  }

  private static Json bans(OwnAccess own) throws CliException, InterruptedException {
    return own.askEach(
        "bans",
        MeshRequests::listBans,
        (bans, mesh, id) -> bans.stream().map(ban -> AnswerJson.ban(ban, mesh.slug())).toList());
  }

  private static Json moderate(OwnAccess own, Json body) throws CliException, InterruptedException {
    JoinedMesh mesh = own.mesh();
    String word = body.string("action");
    AdminAction action = AdminAction.valueOf(word.toUpperCase(Locale.ROOT));
    AdminAck ack = own.ask(mesh, requests -> requests.admin(action, body.string("target")));
    return AnswerJson.moderated(word, ack, mesh.slug());
  }

  private static Json status(OwnAccess own, String id) throws CliException, InterruptedException {
    JoinedMesh mesh = own.mesh();
    MessageStatusResult status = own.ask(mesh, requests -> requests.messageStatus(id));
    return AnswerJson.status(status, mesh.slug());
  }
}
