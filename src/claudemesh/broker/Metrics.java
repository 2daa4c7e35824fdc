package claudemesh.broker;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What a broker counts, and its page in Prometheus' text format 0.0.4. Names that deployed brokers
 * use mean the same here. Safe from any thread.
 */
final class Metrics {

  /** What is counted. */
  enum Counter {
    CONNECTIONS("broker_connections_total", "WebSocket connections opened"),
    REJECTED("broker_connections_rejected_total", "connections refused, by reason"),
    ROUTED("broker_messages_routed_total", "messages kept and routed, by priority"),
    MESSAGES_REJECTED("broker_messages_rejected_total", "messages refused, by reason"),
    DUPLICATES("broker_messages_duplicate_total", "messages sent again and not kept twice"),
    DELIVERED("broker_messages_delivered_total", "acknowledgements that settled a message"),
    DEAD("broker_messages_dead_total", "messages given up, too old"),
    THROTTLED("broker_messages_throttled_total", "messages that waited for their sender's rate"),
    BYTES_IN("broker_received_bytes_total", "bytes received on WebSockets, since closed"),
    BYTES_OUT("broker_sent_bytes_total", "bytes sent on WebSockets, since closed"),
    SLOW("broker_slow_consumers_total", "connections cut since they read too slowly"),
    ENDED("broker_connections_ended_total", "connections ended, by close code"),
    HOOKS("broker_hook_requests_total", "POST /hook/set-status requests");

    private final String name;
    private final String help;

    Counter(String name, String help) {
      this.name = name;
      this.help = help;
    }
  }

  private static final Set<Integer> CODES =
      Set.of(1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 4001, 4002);

  private final Map<Counter, Map<String, LongAdder>> counters = new ConcurrentHashMap<>();

  Metrics() {
    for (Counter counter : Counter.values()) {
      counters.put(counter, new ConcurrentHashMap<>());
    }
  }

  void add(Counter counter) {
    add(counter, "", 1);
  }

  void add(Counter counter, long count) {
    add(counter, "", count);
  }

  /** Counts under a label such as {@code reason="banned"}; labels come from a small fixed set. */
  void add(Counter counter, String label) {
    add(counter, label, 1);
  }

  private void add(Counter counter, String label, long count) {
    counters.get(counter).computeIfAbsent(label, key -> new LongAdder()).add(count);
  }

  /** All of a counter, whatever its labels. */
  long total(Counter counter) {
    return counters.get(counter).values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** A counter by the words of its labels. */
  Map<String, Long> counts(Counter counter) {
    Map<String, Long> counts = new TreeMap<>();
    counters
        .get(counter)
        .forEach((label, count) -> counts.put(label.replaceAll("^\\w+=|\"", ""), count.sum()));
    return counts;
  }

  /** The label of a close code; codes that we never send and nobody should are one. */
  static String code(int code) {
    return "code=\"" + (CODES.contains(code) ? Integer.toString(code) : "other") + "\"";
  }

  static String reason(String word) {
    return "reason=\"" + word + "\"";
  }

  static String priority(String word) {
    return "priority=\"" + word + "\"";
  }

  /** All counters, each with its help and type. */
  String page() {
    StringBuilder page = new StringBuilder(2_048);
    for (Counter counter : Counter.values()) {
      head(page, counter.name, counter.help, "counter");
      Map<String, LongAdder> labels = new TreeMap<>(counters.get(counter));
      if (labels.isEmpty()) {
        line(page, counter.name, "", 0);
      }
      labels.forEach((label, count) -> line(page, counter.name, label, count.sum()));
    }
    return page.toString();
  }

  /** One value that goes up and down. */
  static String gauge(String name, String help, LongSupplier value) {
    StringBuilder page = new StringBuilder();
    head(page, name, help, "gauge");
    line(page, name, "", value.getAsLong());
    return page.toString();
  }

  private static void head(StringBuilder page, String name, String help, String type) {
    page.append("# HELP ").append(name).append(' ').append(help).append('\n');
    page.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void line(StringBuilder page, String name, String label, long value) {
    page.append(name);
    if (!label.isEmpty()) {
      page.append('{').append(label).append('}');
    }
    page.append(' ').append(value).append('\n');
  }
}
