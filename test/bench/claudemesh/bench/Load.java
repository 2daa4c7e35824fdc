package claudemesh.bench;

import claudemesh.json.Json;
import claudemesh.lifecycle.JdkTransport;
import claudemesh.lifecycle.SendRefusedException;
import claudemesh.lifecycle.WsLifecycle;
import claudemesh.lifecycle.WsListener;
import claudemesh.lifecycle.WsOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The client side of the measurements, in a process of its own: real lifecycles against a real
 * server. Prints one JSON line.
 */
public final class Load {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int WINDOW = 512;
  private static final int CONNECTING_AT_ONCE = 64;

  private final String url;

  private Load(String url) {
    this.url = url;
  }

  /**
   * Runs one measurement.
   *
   * @param args the server's port, then {@code throughput CONNECTIONS BYTES SECONDS}, {@code
   *     roundtrip COUNT} or {@code idle CONNECTIONS}
   * @throws Exception if a connection cannot be made or is lost
   */
  public static void main(String[] args) throws Exception {
    JdkTransport.tuneProcess();
    Load load = new Load("ws://127.0.0.1:" + args[0] + "/ws");
    Json result =
        switch (args[1]) {
          case "throughput" ->
              load.throughput(
                  Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
          case "roundtrip" -> load.roundTrip(Integer.parseInt(args[2]));
          case "idle" -> load.idle(Integer.parseInt(args[2]));
          default -> throw new IllegalArgumentException("no such measurement: " + args[1]);
        };
    System.out.println(result);
    if (args[1].equals("idle")) {
      System.in.read(); // the server's memory is read while the connections are open
    }
    JdkTransport.shared().close();
  }

  private WsLifecycle<Json> start(Consumer<Json> onMessage) {
    WsListener<Json> listener =
        new WsListener<>() {
          @Override
          public void onMessage(Json message) {
            onMessage.accept(message);
          }
        };
    return WsLifecycle.start(WsOptions.json(url).listener(listener).build());
  }

  // One sender thread a connection keeps WINDOW messages under way; each echo lets the next go.
  private Json throughput(int connections, int bytes, int seconds) throws Exception {
    LongAdder echoed = new LongAdder();
    List<WsLifecycle<Json>> lifecycles = new ArrayList<>();
    List<Thread> senders = new ArrayList<>();
    String message =
        Json.object().put("body", "x".repeat(Math.max(0, bytes - 11))).build().toString();
    int window = Math.max(16, WINDOW / connections);
    for (int i = 0; i < connections; i++) {
      Semaphore room = new Semaphore(window);
      WsLifecycle<Json> lifecycle =
          start(
              json -> {
                echoed.increment();
                room.release();
              });
      lifecycle.awaitOpen(PATIENCE);
      lifecycles.add(lifecycle);
      senders.add(Thread.ofVirtual().start(() -> sendWhileOpen(lifecycle, room, message)));
    }
    Thread.sleep(Duration.ofSeconds(3)); // warm-up: the JIT decides what is measured
    long before = echoed.sum();
    long started = System.nanoTime();
    Thread.sleep(Duration.ofSeconds(seconds));
    double rate = (echoed.sum() - before) / ((System.nanoTime() - started) / 1e9);
    senders.forEach(Thread::interrupt);
    lifecycles.forEach(WsLifecycle::close);
    return Json.object().put("per_second", Math.round(rate)).build();
  }

  private static void sendWhileOpen(WsLifecycle<Json> lifecycle, Semaphore room, String message) {
    try {
      while (true) {
        room.acquire();
        lifecycle.send(message);
      }
    } catch (InterruptedException | SendRefusedException e) {
      Thread.currentThread().interrupt(); // the measurement is over
    }
  }

  private Json roundTrip(int count) throws Exception {
    SynchronousQueue<Json> echo = new SynchronousQueue<>();
    WsLifecycle<Json> lifecycle = start(json -> handOver(echo, json));
    lifecycle.awaitOpen(PATIENCE);
    long[] nanos = new long[count];
    for (int i = -count; i < count; i++) { // the first half is warm-up
      long sent = System.nanoTime();
      lifecycle.send("{\"body\":\"ping\"}");
      echo.take();
      if (i >= 0) {
        nanos[i] = System.nanoTime() - sent;
      }
    }
    lifecycle.close();
    Arrays.sort(nanos);
    return Json.object()
        .put("p50_us", nanos[count / 2] / 1000)
        .put("p99_us", nanos[count * 99 / 100] / 1000)
        .build();
  }

  private static void handOver(SynchronousQueue<Json> echo, Json json) {
    try {
      echo.put(json);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Json idle(int connections) throws Exception {
    start(json -> {}).awaitOpen(PATIENCE); // what only the first connection costs
    Memory before = Memory.now();
    List<WsLifecycle<Json>> lifecycles = new ArrayList<>();
    long started = System.nanoTime();
    for (int i = 0; i < connections; i++) {
      lifecycles.add(start(json -> {}));
      int oldest = lifecycles.size() - CONNECTING_AT_ONCE;
      if (oldest >= 0) {
        lifecycles.get(oldest).awaitOpen(PATIENCE);
      }
    }
    for (WsLifecycle<Json> lifecycle : lifecycles) {
      lifecycle.awaitOpen(PATIENCE);
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    Memory after = Memory.now();
    return Json.object()
        .put("connects_per_second", Math.round(connections / seconds))
        .put("held_each", (after.held() - before.held()) / connections)
        .put("resident_each", (after.resident() - before.resident()) / connections)
        .build();
  }
}
