package claudemesh.cli;

import claudemesh.json.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the daemon's counters into messages a second: the difference to an earlier answer over the
 * time between, both by the daemon's monotonic clock. An answer that comes too soon after one for a
 * fair rate keeps the rates there were. Not thread-safe.
 */
final class TopRates {

  /** What a connection moves, in messages a second. */
  record Rate(double in, double out) {

    static final Rate NONE = new Rate(0, 0);

    Rate plus(Rate other) {
      return new Rate(in + other.in, out + other.out);
    }
  }

  private record Counters(long received, long sent) {}

  private final long leastMillis;
  private String startedAt = "";
  private long clock;
  private Map<String, Counters> before = Map.of();
  private Optional<Map<String, Rate>> rates = Optional.empty();

  /**
   * Rates of nothing yet.
   *
   * @param leastMillis the shortest time that a rate is made of
   */
  TopRates(long leastMillis) {
    this.leastMillis = leastMillis;
  }

  /**
   * Takes an answer of {@code /v1/connections}.
   *
   * @return the rate of each connection by its {@link #key}; empty until there was time for any.
   *     One that was not there before has none
   */
  Optional<Map<String, Rate>> update(Json answer) {
    boolean another = !startedAt.equals(answer.string("started_at"));
    long now = answer.number("clock_ms");
    long millis = now - clock;
    if (another) {
      rates = Optional.empty();
    } else if (millis < leastMillis) {
      return rates;
    }
    Map<String, Counters> counters = new HashMap<>();
    Map<String, Rate> found = new HashMap<>();
    for (Json row : answer.list("connections")) {
      Counters counted = new Counters(row.number("received"), row.number("sent"));
      counters.put(key(row), counted);
      Counters earlier = before.get(key(row));
      if (!another && earlier != null) {
        found.put(key(row), rate(earlier, counted, millis));
      }
    }
    startedAt = answer.string("started_at");
    clock = now;
    before = counters;
    if (!another) {
      rates = Optional.of(found);
    }
    return rates;
  }

  /** A session that is registered again with its key counts from nothing. */
  private static Rate rate(Counters earlier, Counters now, long millis) {
    double in = Math.max(0, now.received - earlier.received) * 1e3 / millis;
    double out = Math.max(0, now.sent - earlier.sent) * 1e3 / millis;
    return new Rate(in, out);
  }

  /** What tells a connection from all others. */
  static String key(Json connection) {
    return connection.string("mesh") + " " + connection.string("pubkey");
  }
}
