package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.lifecycle.Way;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** {@code dns}: all addresses of the broker's name, and how long it took to get them. */
final class DnsCheck implements Check {

  private static final Duration SLOW = Duration.ofSeconds(1);

  private final MeshExam exam;

  DnsCheck(MeshExam exam) {
    this.exam = exam;
  }

  @Override
  public String name() {
    return "dns";
  }

  @Override
  public List<String> needs() {
    return List.of("proxy");
  }

  @Override
  public Finding look(Deadline deadline) throws InterruptedException {
    String host = exam.way().host();
    if (exam.way().proxy().isPresent()) {
      return Finding.skipped("the proxy looks " + host + " up, and not this machine");
    }
    long start = System.nanoTime();
    try {
      List<InetAddress> addresses = Way.resolve(host, deadline);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      return judge(host, addresses.stream().map(InetAddress::getHostAddress).toList(), took);
    } catch (IOException e) {
      return Finding.fail(
          ExitCode.UNREACHABLE,
          host + ": " + e.getMessage(),
          "see whether the name in brokerUrl is right and this machine's resolver works: getent"
              + " hosts "
              + host);
    }
  }

  private static Finding judge(String host, List<String> addresses, Duration took) {
    Json.Builder figures =
        Json.object()
            .put("host", host)
            .put("addresses", Json.strings(addresses))
            .put("ms", Durations.millis(took));
    String words =
        addresses.equals(List.of(host))
            ? host + " is an address itself"
            : host + " is " + String.join(", ", addresses) + ", found in " + Durations.shown(took);
    return took.compareTo(SLOW) > 0
        ? Finding.warn(words, "name a nearer resolver for this machine: every new connection waits")
            .with(figures)
        : Finding.ok(words).with(figures);
  }
}
