package claudemesh.cli;

import claudemesh.client.BrokerSendResult;
import claudemesh.client.ClientListener;
import claudemesh.client.InboundMessage;
import claudemesh.client.OutgoingMessage;
import claudemesh.client.PeerDirectory;
import claudemesh.client.PeerDirectory.UnknownPeerException;
import claudemesh.client.SessionBrokerClient;
import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.protocol.Target;
import claudemesh.time.Deadline;
import java.io.IOException;
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
import java.util.concurrent.atomic.AtomicInteger;

/** {@code rtt}: how long a message takes to a peer that echoes, and back. */
final class RttVerb implements Verb {

  private static final int DEFAULT_COUNT = 10;
  private static final int MOST = 1_000_000;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
  private static final Flag COUNT =
      Flag.value("count", "N", "how many round trips; 10 unless given").or("n");
  private static final Flag TIMEOUT =
      Flag.value("timeout", "S", "wait S seconds for each answer; 5 unless given").or("t");

  @Override
  public VerbSpec spec() {
    return VerbSpec.of("rtt", "measure the round trip to a peer that echoes")
        .operands("TARGET", 1, 1)
        .flags(
            COUNT,
            TIMEOUT,
            VerbSpec.MESH,
            Network.CA,
            Network.CLIENT_CERT,
            VerbSpec.VERBOSE,
            VerbSpec.JSON)
        .about(
            "Over a session of its own, whether a daemon runs or not: what is measured is the way"
                + " through the broker.",
            "Sends a message from a session of its own, waits until the same text comes back, and"
                + " sends the next: broker and encryption both ways are part of it. One more goes"
                + " ahead unmeasured. TARGET must answer as the echo of \"claudemesh up\" does.")
        .examples("claudemesh rtt echo", "claudemesh rtt echo --count 1000 --json");
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    MeshAccess.tellOwn(call);
    int count = call.arguments().number(COUNT.name(), 1, MOST).orElse(DEFAULT_COUNT);
    Duration timeout = call.arguments().duration(TIMEOUT.name()).orElse(DEFAULT_TIMEOUT);
    JoinedMesh mesh = Meshes.one(call);
    Answers answers = new Answers();
    try (SessionBrokerClient session =
        Connections.session(mesh, Connections.options(call, "rtt"), answers)) {
      Connections.awaitOpen(call, mesh, session::awaitOpen, Deadline.in(timeout));
      Target target = target(call, session, Deadline.in(timeout));
      answers.roundTrip(session, target, timeout);
      List<Duration> taken =
          Progress.during(
              call.streams(),
              () -> answers.count() + " round trips …",
              () -> answers.roundTrips(session, target, timeout, count));
      print(call, target, taken);
      return ExitCode.OK;
    }
  }

  private static Target target(Call call, SessionBrokerClient session, Deadline deadline)
      throws CliException, InterruptedException {
    String word = call.arguments().operand(0);
    try {
      Target target =
          PeerDirectory.resolve(
              word, Connections.answer(session.listPeers(), deadline), session.publicKey());
      if (!target.isBoxed()) {
        throw new UsageException("rtt needs one peer, found " + word);
      }
      return target;
    } catch (UnknownPeerException e) {
      throw new CliException(ExitCode.FAILED, e.getMessage(), e);
    }
  }

  private static void print(Call call, Target target, List<Duration> taken) throws IOException {
    List<Duration> sorted = taken.stream().sorted().toList();
    Duration least = sorted.get(0);
    Duration median = sorted.get(sorted.size() / 2);
    Duration most = sorted.get(sorted.size() - 1);
    if (!call.wantsJson()) {
      call.out()
          .text(
              taken.size()
                  + " round trips: min "
                  + Durations.shown(least)
                  + ", median "
                  + Durations.shown(median)
                  + ", max "
                  + Durations.shown(most));
      return;
    }
    call.out()
        .json(
            Json.object()
                .put("to", target.spec())
                .put("count", taken.size())
                .put("min_ms", Durations.millis(least))
                .put("median_ms", Durations.millis(median))
                .put("max_ms", Durations.millis(most))
                .build());
  }

  /** Knows which texts are out, and completes them as they come back. */
  private static final class Answers implements ClientListener {

    private final Map<String, CompletableFuture<Void>> out = new ConcurrentHashMap<>();
    private volatile SessionBrokerClient session;
    private final AtomicInteger count = new AtomicInteger();

    int count() {
      return count.get();
    }

    List<Duration> roundTrips(
        SessionBrokerClient over, Target target, Duration timeout, int howMany)
        throws CliException, InterruptedException {
      List<Duration> taken = new ArrayList<>();
      for (int i = 0; i < howMany; i++) {
        taken.add(roundTrip(over, target, timeout));
      }
      return taken;
    }

    Duration roundTrip(SessionBrokerClient over, Target target, Duration timeout)
        throws CliException, InterruptedException {
      session = over;
      String text = "rtt " + UUID.randomUUID();
      CompletableFuture<Void> back = new CompletableFuture<>();
      out.put(text, back);
      long start = System.nanoTime();
      over.send(OutgoingMessage.of(target, text))
          .thenAccept(result -> failUnlessSent(back, result));
      try {
        back.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        throw new CliException(
            ExitCode.FAILED,
            "no answer within " + Durations.shown(timeout) + ": does that peer echo?",
            e);
      } catch (ExecutionException e) {
        throw (CliException) e.getCause();
      } finally {
        out.remove(text);
      }
      count.incrementAndGet();
      return Duration.ofNanos(System.nanoTime() - start);
    }

    private static void failUnlessSent(CompletableFuture<Void> back, BrokerSendResult result) {
      switch (result) {
        case BrokerSendResult.Accepted accepted -> {} // the answer is still to come
        case BrokerSendResult.Permanent refused ->
            back.completeExceptionally(new CliException(ExitCode.REFUSED, refused.reason()));
        case BrokerSendResult.Transient later ->
            back.completeExceptionally(new CliException(ExitCode.UNREACHABLE, later.reason()));
        case BrokerSendResult.Unknown lost ->
            back.completeExceptionally(new CliException(ExitCode.UNREACHABLE, lost.cause()));
      }
    }

    @Override
    public void onMessage(InboundMessage message) {
      CompletableFuture<Void> back = out.get(message.text());
      if (back != null) { // anything else is mail of the member, and not this command's to settle
        back.complete(null);
        session.acknowledge(message);
      }
    }
  }
}
