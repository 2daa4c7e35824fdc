package claudemesh.cli;

import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.client.MeshRequests;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Answers what a daemon would, where none runs: over a member connection for each question and
 * mesh, opened and left again. {@link OwnAnswers} knows the questions. Immutable.
 */
final class OwnAccess implements MeshAccess {

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  private final Call call;
  private final Deadline deadline;

  OwnAccess(Call call) throws CliException {
    this.call = call;
    this.deadline = Deadline.in(call.arguments().duration("timeout").orElse(DEFAULT_TIMEOUT));
  }

  /** Something that a broker is asked. */
  interface Question<T> {
    CompletableFuture<T> ask(MeshRequests requests);
  }

  /** How one mesh's answer becomes rows. */
  interface Rows<T> {
    List<Json> of(T answer, JoinedMesh mesh, String ownSessionId);
  }

  @Override
  public Json get(String path, String... query) throws CliException, InterruptedException {
    return OwnAnswers.get(this, path, query);
  }

  @Override
  public Json post(String path, Json body) throws CliException, InterruptedException {
    return OwnAnswers.post(this, path, body);
  }

  @Override
  public Json delete(String path, String... query) throws CliException, InterruptedException {
    return OwnAnswers.delete(this, path);
  }

  List<JoinedMesh> meshes() throws CliException {
    return Meshes.some(call);
  }

  JoinedMesh mesh() throws CliException {
    return Meshes.one(call);
  }

  /** Asks one mesh. */
  <T> T ask(JoinedMesh mesh, Question<T> question) throws CliException, InterruptedException {
    return ask(mesh, options(mesh), question);
  }

  private ClientOptions options(JoinedMesh mesh) throws CliException {
    return Connections.options(call, Meshes.displayName(call, mesh));
  }

  private <T> T ask(JoinedMesh mesh, ClientOptions options, Question<T> question)
      throws CliException, InterruptedException {
    try (DaemonBrokerClient client = Connections.member(mesh, options, new ClientListener() {})) {
      Connections.awaitOpen(call, mesh, client::awaitOpen, deadline);
      return Connections.answer(question.ask(client.requests()), deadline);
    }
  }

  /** Asks all meshes at once; a single one that fails is the call's failure, others are rows. */
  <T> Json askEach(String field, Question<T> question, Rows<T> rows)
      throws CliException, InterruptedException {
    List<JoinedMesh> meshes = meshes();
    if (meshes.size() == 1) {
      return Json.object().put(field, Json.array(rows(meshes.get(0), question, rows))).build();
    }
    List<Json> found = new ArrayList<>();
    List<Json> errors = new ArrayList<>();
    ExecutorService each = Executors.newVirtualThreadPerTaskExecutor();
    try {
      List<Future<List<Json>>> asked = new ArrayList<>();
      for (JoinedMesh mesh : meshes) {
        asked.add(each.submit(() -> rows(mesh, question, rows)));
      }
      for (int i = 0; i < asked.size(); i++) {
        add(asked.get(i), meshes.get(i), found, errors);
      }
    } finally {
      each.shutdownNow();
    }
    Json.Builder answer = Json.object().put(field, Json.array(found));
    return errors.isEmpty() ? answer.build() : answer.put("errors", Json.array(errors)).build();
  }

  private <T> List<Json> rows(JoinedMesh mesh, Question<T> question, Rows<T> rows)
      throws CliException, InterruptedException {
    ClientOptions options = options(mesh);
    return rows.of(ask(mesh, options, question), mesh, options.sessionId());
  }

  private static void add(
      Future<List<Json>> asked, JoinedMesh mesh, List<Json> found, List<Json> errors)
      throws InterruptedException {
    try {
      found.addAll(asked.get());
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof CliException failure)) {
        throw new IllegalStateException(e.getCause());
      }
      errors.add(Json.object().put("mesh", mesh.slug()).put("error", failure.getMessage()).build());
    }
  }

  /** The value of a name in a query. */
  static Optional<String> value(String name, String... query) {
    for (int i = 0; i + 1 < query.length; i += 2) {
      if (query[i].equals(name)) {
        return Optional.ofNullable(query[i + 1]);
      }
    }
    return Optional.empty();
  }
}
