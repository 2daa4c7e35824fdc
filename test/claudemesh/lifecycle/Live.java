package claudemesh.lifecycle;

import claudemesh.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A lifecycle over real sockets and the system's clocks, whose listener writes down what it hears
 * for a test to wait for. No waiting here is a measurement: {@link #BOUND} only ends a test that
 * failed.
 */
final class Live implements AutoCloseable, WsListener<Json> {

  /** Far more than anything here takes. */
  static final Duration BOUND = Duration.ofSeconds(30);

  /** Goes direct, whatever this machine's environment names as a proxy. */
  static final JdkTransport DIRECT = new JdkTransport(TlsSettings.DEFAULT, Map.of());

  final WsOptions.Builder<Json> options;
  private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();
  private final List<Ending> endings = new CopyOnWriteArrayList<>();
  private volatile Consumer<String> reaction = line -> {};
  private WsLifecycle<Json> lifecycle;

  Live(String url) {
    options =
        WsOptions.json(url)
            .hello(Scene::hello)
            .ack(Scene::classify)
            .listener(this)
            .transport(DIRECT)
            .attemptTimeout(BOUND)
            .ackTimeout(BOUND)
            .backoff(List.of(Duration.ofMillis(1)));
  }

  /** Runs after each line is written down, on the lifecycle's thread. */
  Live reacting(Consumer<String> toLine) {
    reaction = toLine;
    return this;
  }

  Live start() {
    lifecycle = WsLifecycle.start(options.build());
    return this;
  }

  WsLifecycle<Json> lifecycle() {
    return lifecycle;
  }

  /** Starts, and waits until it is open. */
  Live open() throws Exception {
    start();
    lifecycle.awaitOpen(BOUND);
    return this;
  }

  /** Waits for a line that starts so; those before it are dropped. */
  String await(String prefix) throws InterruptedException {
    while (true) {
      String line = unread.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("never heard: " + prefix);
      }
      if (line.startsWith(prefix)) {
        return line;
      }
    }
  }

  /** Waits for a line that starts with one or the other. */
  String awaitEither(String one, String other) throws InterruptedException {
    String line = "";
    while (!line.startsWith(one) && !line.startsWith(other)) {
      line = await("");
    }
    return line;
  }

  /** Waits for the first ending that is retried. */
  Ending awaitEnding() throws InterruptedException {
    await("disconnect");
    return endings.getFirst();
  }

  List<Ending> endings() {
    return List.copyOf(endings);
  }

  @Override
  public void onMessage(Json message) {
    hear("message " + message.string("text", message.toString()));
  }

  @Override
  public void onStatus(StatusChange change) {
    hear(change.status().word());
  }

  @Override
  public void onDisconnect(Disconnect disconnect) {
    endings.add(disconnect.ending());
    hear("disconnect " + disconnect.code() + " " + disconnect.reason());
  }

  private void hear(String line) {
    unread.add(line);
    reaction.accept(line);
  }

  @Override
  public void close() {
    if (lifecycle != null) {
      lifecycle.close();
    }
  }
}
