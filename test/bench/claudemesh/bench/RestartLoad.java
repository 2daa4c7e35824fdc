package claudemesh.bench;

import claudemesh.client.ClientListener;
import claudemesh.client.ClientOptions;
import claudemesh.client.DaemonBrokerClient;
import claudemesh.json.Json;
import claudemesh.lifecycle.JdkTransport;
import claudemesh.lifecycle.StatusChange;
import claudemesh.lifecycle.WsStatus;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Real clients that live through restarts of their broker: {@code PORT PEOPLE}, one a person.
 * Prints {@code ready} when all are there. For each line {@code arm} it answers {@code armed} and
 * counts from there; for each line with a time, in milliseconds since 1970, when the broker ended,
 * it answers one JSON line once every client has been back.
 */
public final class RestartLoad {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int BUCKET_MILLIS = 100;
  private static final int CONNECTING_AT_ONCE = 64;

  private final List<DaemonBrokerClient> clients = new ArrayList<>();
  private final AtomicInteger back = new AtomicInteger();
  private AtomicLongArray backAt;

  private RestartLoad() {}

  /**
   * Runs.
   *
   * @param args see above
   * @throws Exception if not all come back
   */
  public static void main(String[] args) throws Exception {
    JdkTransport.tuneProcess();
    RestartLoad load = new RestartLoad();
    load.connect("ws://127.0.0.1:" + args[0] + "/ws", People.read(Path.of(args[1])));
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(line.equals("arm") ? load.arm() : load.awaitAll(Long.parseLong(line)));
    }
    Runtime.getRuntime().halt(0); // ten thousand polite goodbyes would measure nothing
  }

  private void connect(String url, List<People.Person> people) throws Exception {
    backAt = new AtomicLongArray(people.size());
    for (int i = 0; i < people.size(); i++) {
      clients.add(
          DaemonBrokerClient.start(
              people.get(i).at(url),
              ClientOptions.defaults().withSessionId("restart-" + i),
              new Returning(i)));
      int oldest = i - CONNECTING_AT_ONCE;
      if (oldest >= 0) {
        clients.get(oldest).awaitOpen(PATIENCE);
      }
    }
    for (DaemonBrokerClient client : clients) {
      client.awaitOpen(PATIENCE);
    }
  }

  private final class Returning implements ClientListener {
    private final int number;

    Returning(int number) {
      this.number = number;
    }

    @Override
    public void onStatus(StatusChange change) {
      if (change.status() == WsStatus.OPEN
          && backAt.compareAndSet(number, 0, System.currentTimeMillis())) {
        back.incrementAndGet();
      }
    }
  }

  private String arm() {
    back.set(0);
    for (int i = 0; i < backAt.length(); i++) {
      backAt.set(i, 0);
    }
    return "armed";
  }

  private Json awaitAll(long ended) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (back.get() < clients.size() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(5_000_000);
    }
    long[] millis = new long[clients.size()];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = backAt.get(i) == 0 ? PATIENCE.toMillis() : backAt.get(i) - ended;
    }
    Arrays.sort(millis);
    int[] buckets = new int[(int) (millis[millis.length - 1] / BUCKET_MILLIS) + 1];
    for (long each : millis) {
      buckets[(int) (each / BUCKET_MILLIS)]++;
    }
    return Json.object()
        .put("back", back.get())
        .put("first_ms", millis[0])
        .put("median_ms", millis[millis.length / 2])
        .put("last_ms", millis[millis.length - 1])
        .put("worst_bucket", Arrays.stream(buckets).max().getAsInt())
        .build();
  }
}
