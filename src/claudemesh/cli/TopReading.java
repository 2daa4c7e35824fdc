package claudemesh.cli;

import claudemesh.cli.TopRates.Rate;
import claudemesh.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What the daemon said of itself at one moment.
 *
 * @param status its {@code /v1/status}
 * @param connections its {@code /v1/connections}
 * @param rates what each connection moves; empty while that is not known
 */
record TopReading(Json status, Json connections, Optional<Map<String, Rate>> rates) {

  /** The meshes, or the one that is asked for by its short name or id. */
  List<Json> meshes(String wanted) {
    List<Json> meshes = new ArrayList<>();
    for (Json mesh : status.list("meshes")) {
      boolean named =
          mesh.string("mesh").equals(wanted) || mesh.string("mesh_id", "").equals(wanted);
      if (wanted == null || named) {
        meshes.add(mesh);
      }
    }
    return meshes;
  }

  /**
   * The connections, those that want a look first: what is not open, then what moves most, then by
   * name; the members before the sessions.
   */
  List<Json> connectionRows() {
    List<Json> rows = new ArrayList<>(connections.list("connections"));
    rows.sort(
        Comparator.comparing((Json row) -> row.string("status").equals("open"))
            .thenComparing(row -> !row.string("kind").equals("member"))
            .thenComparing(row -> -Math.round(total(rate(row))))
            .thenComparing(row -> row.string("name", ""))
            .thenComparing(TopRates::key));
    return rows;
  }

  private static double total(Rate rate) {
    return rate.in() + rate.out();
  }

  /** What a connection moves; nothing while that is not known. */
  Rate rate(Json connection) {
    return rates
        .map(known -> known.getOrDefault(TopRates.key(connection), Rate.NONE))
        .orElse(Rate.NONE);
  }

  /** What all connections of a mesh move. */
  Rate meshRate(String mesh) {
    Rate sum = Rate.NONE;
    for (Json row : connections.list("connections")) {
      if (row.string("mesh").equals(mesh)) {
        sum = sum.plus(rate(row));
      }
    }
    return sum;
  }

  /** A figure of all connections of a mesh together. */
  long meshSum(String mesh, ToLongFunction<Json> figure) {
    long sum = 0;
    for (Json row : connections.list("connections")) {
      sum += row.string("mesh").equals(mesh) ? figure.applyAsLong(row) : 0;
    }
    return sum;
  }

  /** How often a connection came back. */
  static long reconnects(Json connection) {
    return Math.max(0, connection.number("opened") - 1);
  }
}
