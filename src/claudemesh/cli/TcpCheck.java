package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.lifecycle.Way;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * {@code tcp}: whether each of the broker's addresses takes connections. They are tried at the same
 * time; connections of other verbs go to the first one only, since that is what the JDK does.
 */
final class TcpCheck implements Check {

  private final MeshExam exam;

  TcpCheck(MeshExam exam) {
    this.exam = exam;
  }

  /** How one address answered: in how long, or why not. */
  private record Reached(InetAddress address, Duration took, String failure) {

    boolean isThere() {
      return failure.isEmpty();
    }

    String words() {
      String ip = address.getHostAddress();
      return isThere() ? ip + " in " + Durations.shown(took) : ip + ": " + failure;
    }

    Json json() {
      Json.Builder row = Json.object().put("address", address.getHostAddress());
      return isThere()
          ? row.put("ms", Durations.millis(took)).build()
          : row.put("error", failure).build();
    }
  }

  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public List<String> needs() {
    return List.of("proxy", "dns");
  }

  @Override
  public Finding look(Deadline deadline) throws IOException, InterruptedException {
    Way way = exam.way();
    if (way.proxy().isPresent()) {
      return Finding.skipped("the proxy connects to the broker, and not this machine");
    }
    List<Reached> all = reachAll(Way.resolve(way.host(), deadline), way.port(), deadline);
    all.stream()
        .filter(Reached::isThere)
        .findFirst()
        .ifPresent(one -> exam.goBy(way.by(one.address())));
    String words =
        "port "
            + way.port()
            + " of "
            + String.join("; ", all.stream().map(Reached::words).toList());
    Json.Builder figures =
        Json.object()
            .put("port", way.port())
            .put("addresses", Json.array(all.stream().map(Reached::json).toList()));
    return judge(all, words).with(figures);
  }

  private static List<Reached> reachAll(List<InetAddress> addresses, int port, Deadline deadline)
      throws InterruptedException {
    ExecutorService each = Executors.newVirtualThreadPerTaskExecutor();
    try {
      List<Future<Reached>> asked = new ArrayList<>();
      for (InetAddress address : addresses) {
        asked.add(each.submit(() -> reach(address, port, deadline)));
      }
      List<Reached> all = new ArrayList<>();
      for (Future<Reached> one : asked) {
        all.add(one.get());
      }
      return all;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      each.shutdownNow();
    }
  }

  private static Reached reach(InetAddress address, int port, Deadline deadline) {
    long start = System.nanoTime();
    try {
      Way.reach(address, port, deadline);
      return new Reached(address, Duration.ofNanos(System.nanoTime() - start), "");
    } catch (IOException e) {
      return new Reached(address, Duration.ZERO, e.getMessage());
    }
  }

  private Finding judge(List<Reached> all, String words) {
    if (all.stream().noneMatch(Reached::isThere)) {
      return Finding.fail(
          ExitCode.UNREACHABLE,
          words,
          "see whether the broker runs and brokerUrl has its port, then for a firewall in between");
    }
    String away = "the broker's name has an address where nobody answers: ";
    if (!all.getFirst().isThere()) {
      return Finding.fail(
          ExitCode.UNREACHABLE,
          words,
          away
              + "put "
              + exam.way().host()
              + " and one that answers into /etc/hosts, since connections go to the first one"
              + " only");
    }
    return all.stream().allMatch(Reached::isThere)
        ? Finding.ok(words)
        : Finding.warn(words, away + "take it out of DNS, before it becomes the first one");
  }
}
