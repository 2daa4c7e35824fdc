package claudemesh.daemon;

import claudemesh.client.MeshClient;
import claudemesh.client.RequestException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** Waits for what a broker answers, and words what it does not. */
final class BrokerAnswers {

  private BrokerAnswers() {}

  /**
   * Waits for an answer; requests settle within the client's own time.
   *
   * @param what the request in one word, for the error
   * @param answer what to wait for
   * @return the broker's answer
   * @throws ApiRefusal if it refuses (403, or 502 for other refusals), is away or is silent (502)
   * @throws InterruptedException if the daemon ends
   */
  static <T> T await(String what, CompletableFuture<T> answer)
      throws ApiRefusal, InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw refusal(what, cause(e));
    }
  }

  private static ApiRefusal refusal(String what, Throwable cause) {
    if (!(cause instanceof RequestException failure)) {
      return new ApiRefusal(502, what + "_failed", String.valueOf(cause.getMessage()));
    }
    return switch (failure.why()) {
      case TIMEOUT -> new ApiRefusal(502, what + "_timeout", failure.getMessage());
      case DISCONNECTED, NOT_SENT -> new ApiRefusal(502, what + "_failed", failure.getMessage());
      case REFUSED ->
          failure.code().equals("forbidden")
              ? new ApiRefusal(403, "forbidden", failure.getMessage())
              : new ApiRefusal(
                  502,
                  failure.code().isEmpty() ? what + "_failed" : failure.code(),
                  failure.getMessage());
    };
  }

  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && (cause instanceof ExecutionException || cause instanceof CompletionException)) {
      cause = cause.getCause();
    }
    return cause;
  }

  /**
   * The connection to ask over: the session's own, if it has one, else the member's.
   *
   * @param mesh the mesh
   * @param session who asks
   * @return a client, open or not
   * @throws ApiRefusal if the mesh cannot be used
   */
  static MeshClient client(AttachedMesh mesh, Optional<RegisteredSession> session)
      throws ApiRefusal {
    Optional<MeshConnection> own =
        session
            .filter(asking -> asking.mesh().equals(mesh.slug()))
            .flatMap(RegisteredSession::pubkey)
            .flatMap(mesh::session);
    return own.or(mesh::member).map(MeshConnection::client).orElseThrow(() -> unusable(mesh));
  }

  /** The same, and what a mesh that cannot be used is answered with. */
  static ApiRefusal unusable(AttachedMesh mesh) {
    return new ApiRefusal(
        502, "mesh_failed", mesh.slug() + ": " + mesh.error().orElse("it cannot be used"));
  }

  /** Asks the broker something over the right connection, and waits. */
  static <T> T ask(
      String what,
      AttachedMesh mesh,
      Optional<RegisteredSession> session,
      Function<MeshClient, CompletableFuture<T>> question)
      throws ApiRefusal, InterruptedException {
    return await(what, question.apply(client(mesh, session)));
  }
}
