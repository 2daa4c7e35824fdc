package claudemesh.cli;

import claudemesh.json.Json;
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

  private static final String CONTROL_PLANE = "control-plane";
  private static final int KEY_SHOWN = 12;

  private final boolean all;
  private final List<Json> rows = new ArrayList<>();

  /**
   * The rows of an answer.
   *
   * @param peers who is there
   * @param all whether member connections are shown, which are infrastructure
   */
  PeerRows(List<Json> peers, boolean all) {
    this.all = all;
    for (Json peer : peers) {
      if (all || !isControlPlane(peer)) {
        rows.add(peer);
      }
    }
  }

  /** Whether a row is a member connection; deployed brokers say it in {@code peerRole}. */
  static boolean isControlPlane(Json peer) {
    return CONTROL_PLANE.equals(peer.string("role", peer.string("peerRole", "")));
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Objects with these fields; what a row does not have is null. */
  List<Json> json(List<String> fields) {
    List<Json> array = new ArrayList<>();
    for (Json row : rows) {
      Json.Builder chosen = Json.object();
      for (String field : fields) {
        chosen.putNull(field);
        if (row.has(field)) {
          chosen.put(field, row.get(field).get());
        }
      }
      array.add(chosen.build());
    }
    return array;
  }

  int size() {
    return rows.size();
  }

  /** The rows as a table that fits, or that there are none. */
  String text(Call call) {
    return isEmpty() ? "Nobody is there." : table(call.mayColour(), call.width()).toString();
  }

  /** The rows for people, in lines of that many columns at most. */
  Table table(boolean colour, int width) {
    List<String> headings = new ArrayList<>(List.of("NAME", "STATUS", "KEY", "CWD", "SUMMARY"));
    if (all) {
      headings.add(1, "ROLE");
    }
    boolean several = isOfSeveralMeshes();
    if (several) {
      headings.add(0, "MESH");
    }
    Table table = new Table(colour, width, headings.toArray(new String[0]));
    for (Json row : rows) {
      addTo(table, row, several);
    }
    return table;
  }

  private boolean isOfSeveralMeshes() {
    for (Json row : rows) {
      if (!row.string("mesh", "").equals(rows.get(0).string("mesh", ""))) {
        return true;
      }
    }
    return false;
  }

  private void addTo(Table table, Json peer, boolean several) {
    String status = peer.bool("away", false) ? "away" : peer.string("status", "");
    String key = peer.string("pubkey", "");
    table.row();
    if (several) {
      table.cell(peer.string("mesh", ""));
    }
    String own = peer.bool("isSelf", false) ? " (you)" : "";
    table.cell(peer.string("displayName", "") + own, Table.Look.BOLD);
    if (all) {
      table.cell(peer.string("role", peer.string("peerRole", "")));
    }
    table
        .cell(status, look(status))
        .cell(key.substring(0, Math.min(KEY_SHOWN, key.length())))
        .cell(peer.string("cwd", ""))
        .cell(peer.string("summary", ""));
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
