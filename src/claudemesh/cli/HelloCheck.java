package claudemesh.cli;

import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.EndingAdvice;
import claudemesh.client.SessionBrokerClient;
import claudemesh.json.Json;
import claudemesh.lifecycle.Disconnect;
import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.StatusChange;
import claudemesh.lifecycle.WsStatus;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code hello}: whether the broker accepts this member, in the way that every session is accepted;
 * else its refusal in plain words. The session stays for the round trip.
 */
final class HelloCheck implements Check {

  private final MeshExam exam;

  HelloCheck(MeshExam exam) {
    this.exam = exam;
  }

  @Override
  public String name() {
    return "hello";
  }

  @Override
  public List<String> needs() {
    return List.of("proxy", "tcp", "tls", "upgrade");
  }

  @Override
  public Finding look(Deadline deadline) throws CliException, InterruptedException {
    Optional<String> damaged = ConfigCheck.faultOfKeys(exam.mesh());
    if (damaged.isPresent()) {
      return Finding.skippedBecause("config", damaged.get());
    }
    FirstWord first = new FirstWord();
    ClientOptions options = Connections.options(exam.call(), "doctor");
    long start = System.nanoTime();
    SessionBrokerClient session = Connections.session(exam.mesh(), options, first);
    Optional<Ending> ending;
    try {
      ending = first.await(deadline);
    } catch (TimeoutException e) {
      session.close();
      return Finding.fail(
          ExitCode.UNREACHABLE,
          "the broker neither accepted nor refused it in time",
          "see whether the broker is overloaded (its status page, or GET /metrics), and try again"
              + " with a longer --timeout");
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    if (ending.isPresent()) {
      session.close();
      return refused(ending.get());
    }
    exam.opened(session);
    return Finding.ok("accepted, " + Durations.shown(took) + " with connecting anew")
        .with(Json.object().put("ms", Durations.millis(took)));
  }

  private static Finding refused(Ending ending) {
    Json.Builder figures = Json.object().put("close_code", ending.closeCode());
    String words = ending.words();
    String whole = EndingAdvice.of(ending);
    String advice = whole.substring(words.length()).replaceFirst("^[. ]+", "");
    if (ending instanceof Ending.Refused refused) {
      figures.put("code", refused.code());
    }
    return Finding.fail(
            Connections.codeOf(ending),
            words,
            advice.isEmpty()
                ? "try again: it may pass by itself; \"claudemesh why\" tells how a daemon fared"
                : advice)
        .with(figures);
  }

  /** How the first attempt ends: open, or why not. */
  private static final class FirstWord implements ClientListener {

    private final CompletableFuture<Optional<Ending>> word = new CompletableFuture<>();

    Optional<Ending> await(Deadline deadline) throws TimeoutException, InterruptedException {
      try {
        return word.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public boolean wantsEvents() {
      return false;
    }

    @Override
    public void onStatus(StatusChange change) {
      if (change.status() == WsStatus.OPEN || change.status() == WsStatus.CLOSED) {
        word.complete(change.cause());
      }
    }

    @Override
    public void onDisconnect(Disconnect disconnect) {
      word.complete(Optional.of(disconnect.ending()));
    }
  }
}
