package claudemesh.cli;

import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.client.EndingAdvice;
import claudemesh.client.Membership;
import claudemesh.client.RequestException;
import claudemesh.client.SessionBrokerClient;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.JoinedMesh;
import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.NotOpenException;
import claudemesh.protocol.PeerDetails;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Opens connections for verbs, and turns what goes wrong with them into exit codes. */
final class Connections {

  private Connections() {}

  /** How this call presents itself: under a name, as a program of its own. */
  static ClientOptions options(Call call, String name) throws CliException {
    PeerDetails said =
        new PeerDetails(
            Optional.of(name),
            Optional.ofNullable(call.environment().get("HOSTNAME")),
            Optional.of("connector"),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty());
    return ClientOptions.defaults()
        .withDetails(said)
        .withSessionId("cli-" + UUID.randomUUID())
        .withTransport(Network.transport(call));
  }

  /** A member connection of this call's own; it replaces no other of the same member. */
  static DaemonBrokerClient member(JoinedMesh mesh, ClientOptions options, ClientListener listener)
      throws CliException {
    Membership membership = Meshes.membership(mesh);
    return guarded(() -> DaemonBrokerClient.start(membership, options, listener));
  }

  /** A session of this call's own, with a fresh key. */
  static SessionBrokerClient session(
      JoinedMesh mesh, ClientOptions options, ClientListener listener) throws CliException {
    Membership membership = Meshes.membership(mesh);
    Ed25519KeyPair keys = Ed25519KeyPair.generate();
    return guarded(() -> SessionBrokerClient.start(membership, keys, options, listener));
  }

  private static <C> C guarded(Supplier<C> start) throws CliException {
    try {
      return start.get();
    } catch (IllegalArgumentException e) { // the broker's address, or a proxy that will not do
      throw new CliException(ExitCode.FAILED, e.getMessage(), e);
    }
  }

  /** Something that waits until a connection is open. */
  interface Opening {
    void await(Duration timeout) throws NotOpenException, InterruptedException;
  }

  /** Waits for the hello ack, telling a person who waits long. */
  static void awaitOpen(Call call, JoinedMesh mesh, Opening opening, Deadline deadline)
      throws CliException, InterruptedException {
    try {
      Progress.during(
          call.streams(),
          () -> "connecting to " + mesh.brokerUrl() + " …",
          () -> {
            opening.await(deadline.left());
            return null;
          });
    } catch (NotOpenException e) {
      throw notOpen(mesh, e);
    }
  }

  private static CliException notOpen(JoinedMesh mesh, NotOpenException e) {
    String why = e.ending().map(EndingAdvice::of).orElse(e.getMessage());
    boolean refused = e.isFinal();
    String what = refused ? "was refused by" : "cannot reach";
    return new CliException(
        refused ? ExitCode.REFUSED : ExitCode.UNREACHABLE,
        what + " the broker of " + mesh.slug() + " at " + mesh.brokerUrl() + ": " + why,
        e);
  }

  /** The exit code that goes with a connection that will never come back. */
  static ExitCode codeOf(Ending ending) {
    return switch (ending) {
      case Ending.Refused refused -> ExitCode.REFUSED;
      case Ending.PeerClosed closed -> ExitCode.REFUSED;
      default -> ExitCode.UNREACHABLE;
    };
  }

  /** Waits for the answer to a request. */
  static <T> T answer(CompletableFuture<T> reply, Deadline deadline)
      throws CliException, InterruptedException {
    try {
      return reply.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new CliException(ExitCode.UNREACHABLE, "the broker did not answer in time", e);
    } catch (ExecutionException e) {
      throw requestFailed(e);
    }
  }

  private static CliException requestFailed(ExecutionException e) {
    Throwable cause = e.getCause();
    if (cause instanceof CompletionException wrapped && wrapped.getCause() != null) {
      cause = wrapped.getCause();
    }
    boolean refused =
        cause instanceof RequestException request
            && request.why() == RequestException.Cause.REFUSED;
    return new CliException(
        refused ? ExitCode.REFUSED : ExitCode.UNREACHABLE, cause.getMessage(), e);
  }
}
