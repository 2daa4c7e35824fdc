package claudemesh.cli;

import claudemesh.daemon.JoinedMesh;
import claudemesh.json.Json;
import claudemesh.protocol.PeerSummary;
import java.util.ArrayList;
import java.util.List;

/** The peer lists of one or more meshes as rows for people and for programs. Not thread-safe. */
final class PeerRows {

  /** The fields of a JSON row, in order. */
  static final List<String> FIELDS =
      List.of(
          "mesh",
          "displayName",
          "pubkey",
          "memberPubkey",
          "role",
          "peerRole",
          "status",
          "summary",
          "groups",
          "sessionId",
          "connectedAt",
          "cwd",
          "hostname",
          "peerType",
          "channel",
          "model",
          "stats",
          "visible",
          "profile",
          "away",
          "isSelf",
          "isThisSession");

  private static final int KEY_SHOWN = 12;

  private final boolean all;
  private final boolean several;
  private final List<Row> rows = new ArrayList<>();

  /**
   * One mesh's answer.
   *
   * @param mesh the mesh
   * @param ownSessionId the id of the connection that asked
   * @param peers who is there
   */
  record Listing(JoinedMesh mesh, String ownSessionId, List<PeerSummary> peers) {}

  private record Row(Listing listing, PeerSummary peer) {

    boolean isSelf() {
      return peer.memberPubkey().equals(listing.mesh().pubkey());
    }

    boolean isThisSession() {
      return isSelf() && peer.sessionId().equals(listing.ownSessionId());
    }
  }

  /**
   * No rows yet.
   *
   * @param all whether member connections are shown
   * @param several whether people need to see which mesh a row is of
   */
  PeerRows(boolean all, boolean several) {
    this.all = all;
    this.several = several;
  }

  void add(Listing listing) {
    for (PeerSummary peer : listing.peers()) {
      if (all || !peer.isControlPlane()) {
        rows.add(new Row(listing, peer));
      }
    }
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** An array of objects with these fields; what a row does not have is null. */
  Json json(List<String> fields) {
    List<Json> array = new ArrayList<>();
    for (Row row : rows) {
      Json whole =
          row.peer().encode().toBuilder()
              .put("mesh", row.listing().mesh().slug())
              .put("away", row.peer().away())
              .put("isSelf", row.isSelf())
              .put("isThisSession", row.isThisSession())
              .build();
      Json.Builder chosen = Json.object();
      for (String field : fields) {
        chosen.putNull(field);
        whole.get(field).ifPresent(value -> chosen.put(field, value));
      }
      array.add(chosen.build());
    }
    return Json.array(array);
  }

  String table(Call call) {
    List<String> headings = new ArrayList<>(List.of("NAME", "STATUS", "KEY", "CWD", "SUMMARY"));
    if (all) {
      headings.add(1, "ROLE");
    }
    if (several) {
      headings.add(0, "MESH");
    }
    Table table = call.table(headings.toArray(String[]::new));
    rows.forEach(row -> addTo(table, row));
    return table.toString();
  }

  private void addTo(Table table, Row row) {
    PeerSummary peer = row.peer();
    String status = peer.away() ? "away" : peer.status();
    table.row();
    if (several) {
      table.cell(row.listing().mesh().slug());
    }
    table.cell(peer.displayName() + (row.isSelf() ? " (you)" : ""), Table.Look.BOLD);
    if (all) {
      table.cell(peer.role());
    }
    table
        .cell(status, look(status))
        .cell(peer.pubkey().substring(0, Math.min(KEY_SHOWN, peer.pubkey().length())))
        .cell(peer.cwd())
        .cell(peer.summary().orElse(""));
  }

  private static Table.Look look(String status) {
    return switch (status) {
      case "idle" -> Table.Look.GOOD;
      case "working" -> Table.Look.BUSY;
      case "dnd" -> Table.Look.BAD;
      default -> Table.Look.PLAIN;
    };
  }
}
