package claudemesh.cli;

import claudemesh.client.BrokerSendResult;
import claudemesh.client.ClientListener;
import claudemesh.client.InboundMessage;
import claudemesh.client.OutgoingMessage;
import claudemesh.client.SessionBrokerClient;
import claudemesh.json.Json;
import claudemesh.protocol.Target;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code round_trip}: how long a sealed message takes to the broker and back here, between two
 * sessions of this call's own. As with {@code rtt}, one more goes ahead unmeasured. Few, since some
 * brokers allow a member ten at once.
 */
final class RoundTripCheck implements Check {

  private static final int COUNT = 3;
  private static final Duration SLOW = Duration.ofSeconds(1);
  private static final String LATER =
      "try again, and look at the broker's status page: it took the hello a moment ago";

  private final MeshExam exam;

  RoundTripCheck(MeshExam exam) {
    this.exam = exam;
  }

  @Override
  public String name() {
    return "round_trip";
  }

  @Override
  public List<String> needs() {
    return List.of("proxy", "tcp", "tls", "upgrade", "hello");
  }

  @Override
  public Finding look(Deadline deadline) throws CliException, InterruptedException {
    SessionBrokerClient from = exam.session().orElseThrow();
    Arrivals arrivals = new Arrivals();
    try (SessionBrokerClient to =
        Connections.session(exam.mesh(), Connections.options(exam.call(), "doctor"), arrivals)) {
      arrivals.acknowledgeOver(to);
      Connections.awaitOpen(exam.call(), exam.mesh(), to::awaitOpen, deadline);
      arrivals.roundTrip(from, to.publicKey(), deadline);
      List<Duration> taken = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        taken.add(arrivals.roundTrip(from, to.publicKey(), deadline));
      }
      return judge(taken.stream().sorted().toList());
    } catch (NotArrivedException e) {
      return Finding.fail(ExitCode.UNREACHABLE, e.getMessage(), LATER);
    }
  }

  private static Finding judge(List<Duration> sorted) {
    Duration median = sorted.get(sorted.size() / 2);
    String words =
        sorted.size()
            + " messages: min "
            + Durations.shown(sorted.getFirst())
            + ", median "
            + Durations.shown(median)
            + ", max "
            + Durations.shown(sorted.getLast());
    Json.Builder figures =
        Json.object()
            .put("count", sorted.size())
            .put("min_ms", Durations.millis(sorted.getFirst()))
            .put("median_ms", Durations.millis(median))
            .put("max_ms", Durations.millis(sorted.getLast()));
    return median.compareTo(SLOW) > 0
        ? Finding.warn(
                words, "see whether the broker or this machine is overloaded, or the way long")
            .with(figures)
        : Finding.ok(words).with(figures);
  }

  /** A message did not come back; the message says why. */
  private static final class NotArrivedException extends Exception {

    private static final long serialVersionUID = 1L;

    NotArrivedException(String message) {
      super(message);
    }
  }

  /** Knows which texts are under way, and completes them as they arrive. */
  private static final class Arrivals implements ClientListener {

    private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
    private volatile SessionBrokerClient receiver;

    void acknowledgeOver(SessionBrokerClient session) {
      receiver = session;
    }

    Duration roundTrip(SessionBrokerClient from, String to, Deadline deadline)
        throws NotArrivedException, InterruptedException {
      String text = "doctor " + UUID.randomUUID();
      CompletableFuture<Void> arrival = new CompletableFuture<>();
      underWay.put(text, arrival);
      long start = System.nanoTime();
      from.send(OutgoingMessage.of(new Target.Peer(to), text))
          .thenAccept(result -> failUnlessSent(arrival, result));
      try {
        arrival.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
        return Duration.ofNanos(System.nanoTime() - start);
      } catch (TimeoutException e) {
        throw new NotArrivedException("a message that the broker took did not come back in time");
      } catch (ExecutionException e) {
        throw new NotArrivedException("a message was not sent: " + e.getCause().getMessage());
      } finally {
        underWay.remove(text);
      }
    }

    private static void failUnlessSent(CompletableFuture<Void> arrival, BrokerSendResult result) {
      String why =
          switch (result) {
            case BrokerSendResult.Accepted accepted -> ""; // it is still to arrive
            case BrokerSendResult.Permanent refused -> refused.reason();
            case BrokerSendResult.Transient later -> later.reason();
            case BrokerSendResult.Unknown lost -> lost.cause();
          };
      if (!why.isEmpty()) {
        arrival.completeExceptionally(new NotArrivedException(why));
      }
    }

    @Override
    public boolean wantsEvents() {
      return false;
    }

    @Override
    public void onMessage(InboundMessage message) {
      CompletableFuture<Void> arrival = underWay.get(message.text());
      if (arrival != null) { // anything else is not this command's to settle
        arrival.complete(null);
        receiver.acknowledge(message);
      }
    }
  }
}
