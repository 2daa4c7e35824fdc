package claudemesh.cli;

import claudemesh.cli.TopRates.Rate;
import claudemesh.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code top --json} prints of one moment. Pure. */
final class TopJson {

  private TopJson() {}

  /**
   * One line.
   *
   * @param reading what the daemon said
   * @param mesh the mesh that was asked for; null for all
   * @param peers who is there
   */
  static Json of(TopReading reading, String mesh, TopPeers peers) {
    List<Json> meshes = new ArrayList<>();
    for (Json row : reading.meshes(mesh)) {
      String slug = row.string("mesh");
      Json.Builder out = with(row, reading.meshRate(slug), reading.rates().isPresent());
      meshes.add(out.put("reconnects", reading.meshSum(slug, TopReading::reconnects)).build());
    }
    List<Json> connections = new ArrayList<>();
    for (Json row : reading.connectionRows()) {
      Json.Builder out = with(row, reading.rate(row), reading.rates().isPresent());
      connections.add(out.put("reconnects", TopReading.reconnects(row)).build());
    }
    Json status = reading.status();
    return Json.object()
        .put("type", "top")
        .put("at", reading.connections().string("at"))
        .put("version", status.string("version"))
        .put("pid", status.number("pid"))
        .put("uptime_s", status.number("uptime_s"))
        .put("outbox", status.get("outbox").orElseThrow())
        .put("meshes", Json.array(meshes))
        .put("connections", Json.array(connections))
        .put("peers", Json.array(peers.rows().json(PeerRows.FIELDS)))
        .put("errors", Json.array(peers.errors()))
        .build();
  }

  private static Json.Builder with(Json row, Rate rate, boolean known) {
    Json.Builder out = row.toBuilder().putNull("in_per_s").putNull("out_per_s");
    return known
        ? out.put("in_per_s", number(rate.in())).put("out_per_s", number(rate.out()))
        : out;
  }

  private static Json number(double value) {
    return Json.parse(String.format(Locale.ROOT, "%.3f", value));
  }
}
