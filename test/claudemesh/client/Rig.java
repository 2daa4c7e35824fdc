package claudemesh.client;

import claudemesh.lifecycle.NotOpenException;
import claudemesh.lifecycle.WsOptions;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.PeerDetails;
import claudemesh.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** A client under test, the broker it talks to over a real socket, and the clocks of both. */
final class Rig implements AutoCloseable {

  /** A time of day that tests move; waits are measured on the machine's monotonic clock. */
  static final class WallClock implements Clock {
    volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Instant wallTime() {
      return now;
    }
  }

  /** Draws the most that jitter allows, so that a delay tells its ceiling. */
  private static final class Longest implements RandomGenerator {
    @Override
    public long nextLong() {
      return Long.MAX_VALUE;
    }

    @Override
    public long nextLong(long bound) {
      return bound - 1;
    }
  }

  final ScriptedBroker broker = new ScriptedBroker();
  final Heard heard = new Heard();
  final WallClock wall = new WallClock();

  /** How long the lifecycle wanted to sleep between attempts; it never really does. */
  final BlockingQueue<Duration> naps = new LinkedBlockingQueue<>();

  private final List<AutoCloseable> clients = new ArrayList<>();
  private UnaryOperator<ClientOptions> more = UnaryOperator.identity();

  /** Changes the options of clients started from here on. */
  Rig with(UnaryOperator<ClientOptions> change) {
    more = change;
    return this;
  }

  ClientOptions options() {
    UnaryOperator<WsOptions.Builder<BrokerMessage>> impatient =
        builder -> builder.timeAndChance(Clock.SYSTEM, naps::add, new Longest());
    return more.apply(
        new ClientOptions(
            PeerDetails.NONE, "sid", 4242, "/work", Duration.ofSeconds(30), wall, impatient));
  }

  DaemonBrokerClient daemon() {
    return daemon(heard);
  }

  DaemonBrokerClient daemon(ClientListener listener) {
    var client = DaemonBrokerClient.start(People.alphaAt(broker.url()), options(), listener);
    clients.add(client);
    return client;
  }

  SessionBrokerClient session() {
    return session(heard);
  }

  SessionBrokerClient session(ClientListener listener) {
    var client =
        SessionBrokerClient.start(
            People.alphaAt(broker.url()), People.SESSION, options(), listener);
    clients.add(client);
    return client;
  }

  static void awaitOpen(DaemonBrokerClient client) {
    try {
      client.awaitOpen(Duration.ofSeconds(Awaited.PATIENCE_SECONDS));
    } catch (NotOpenException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void awaitOpen(SessionBrokerClient client) {
    try {
      client.awaitOpen(Duration.ofSeconds(Awaited.PATIENCE_SECONDS));
    } catch (NotOpenException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws IOException {
    for (AutoCloseable client : clients) {
      try {
        client.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
    broker.close();
  }
}
