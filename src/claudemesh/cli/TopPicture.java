package claudemesh.cli;

import claudemesh.cli.Table.Look;
import claudemesh.cli.TopRates.Rate;
import claudemesh.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code top} shows to people: the daemon in a line, then its meshes, its connections and who
 * is there, each a table. Where they do not fit, each has its share of the lines and says how many
 * rows are left out. Pure: times are relative to the daemon's own.
 *
 * @param colour whether looks are shown
 * @param width the columns of a line
 * @param height the lines there are
 */
record TopPicture(boolean colour, int width, int height) {

  /**
   * Draws it.
   *
   * @param reading what the daemon said
   * @param mesh the mesh that was asked for; null for all
   * @param peers who is there; empty while nobody has answered
   * @param hint what ends it; empty if nothing has to
   */
  List<String> of(TopReading reading, String mesh, Optional<TopPeers> peers, String hint) {
    List<Json> meshes = reading.meshes(mesh);
    List<List<String>> parts =
        List.of(
            meshTable(reading, meshes).lines(),
            connectionTable(reading, meshes.size() > 1).lines(),
            peers.map(this::present).orElse(List.of("Asking who is there …")));
    int[] wanted = parts.stream().mapToInt(List::size).toArray();
    int[] room = shares(wanted, height - 1 - parts.size());
    List<String> lines = new ArrayList<>();
    lines.add(about(reading.status(), hint));
    for (int i = 0; i < room.length; i++) {
      lines.add("");
      lines.addAll(Table.cut(parts.get(i), room[i]));
    }
    return lines;
  }

  private List<String> present(TopPeers peers) {
    List<String> lines = new ArrayList<>();
    peers.errors().forEach(error -> lines.add(Listing.errorLine(error)));
    if (!peers.rows().isEmpty()) {
      lines.addAll(peers.rows().table(colour, width).lines());
    } else if (peers.errors().isEmpty()) {
      lines.add("Nobody is there.");
    }
    return lines;
  }

  /**
   * Shares out lines: who wants no more than an equal share has it, and what is left is shared out
   * among the others.
   */
  static int[] shares(int[] wanted, int lines) {
    int[] share = new int[wanted.length];
    int left = Math.max(0, lines);
    for (boolean given = true; given && left > 0; ) {
      given = false;
      for (int i = 0; i < wanted.length && left > 0; i++) {
        if (share[i] < wanted[i]) {
          share[i]++;
          left--;
          given = true;
        }
      }
    }
    return share;
  }

  private static String about(Json status, String hint) {
    Json outbox = status.get("outbox").orElseThrow();
    String words =
        "daemon "
            + status.string("version", "")
            + ", up "
            + StatusVerb.span(status.number("uptime_s"))
            + (hint.isEmpty() ? "" : "; " + hint)
            + "; outbox: "
            + count(outbox, "pending")
            + " pending, "
            + count(outbox, "inflight")
            + " under way, "
            + count(outbox, "dead")
            + " dead";
    return Output.safe(words);
  }

  private Table meshTable(TopReading reading, List<Json> meshes) {
    Table table =
        table("MESH", "STATUS", "IN/S", "OUT/S", "SESSIONS", "OUTBOX", "DEAD", "UNREAD", "WHY");
    for (Json mesh : meshes) {
      String slug = mesh.string("mesh");
      Json sessions = mesh.get("sessions").orElseThrow();
      long dead = count(mesh.get("outbox").orElseThrow(), "dead");
      table.row().cell(slug, Look.BOLD);
      status(table, mesh);
      rates(table, reading, reading.meshRate(slug));
      table.cell(sessions.number("open") + "/" + sessions.number("total"));
      count(table, reading.meshSum(slug, row -> row.number("outbox")), Look.BUSY);
      count(table, dead, Look.BAD);
      count(table, reading.meshSum(slug, row -> row.number("unread")), Look.BUSY);
      table.cell(mesh.string("error", mesh.string("why", "")));
    }
    return table;
  }

  private Table connectionTable(TopReading reading, boolean several) {
    List<String> headings =
        new ArrayList<>(
            List.of(
                "CONNECTION",
                "STATUS",
                "IN/S",
                "OUT/S",
                "OUTBOX",
                "UNREAD",
                "RECONN",
                "LAST ENDING"));
    if (several) {
      headings.add(1, "MESH");
    }
    Table table = table(headings.toArray(new String[0]));
    for (Json row : reading.connectionRows()) {
      String kind = row.string("kind").equals("member") ? ", member" : "";
      table.row().cell(row.string("name", "") + kind, Look.BOLD);
      if (several) {
        table.cell(row.string("mesh"));
      }
      status(table, row);
      rates(table, reading, reading.rate(row));
      count(table, row.number("outbox"), Look.BUSY);
      count(table, row.number("unread"), Look.BUSY);
      count(table, TopReading.reconnects(row), Look.PLAIN);
      table.cell(ending(row, reading.connections().string("at")));
    }
    return table;
  }

  private Table table(String... headings) {
    return new Table(colour, width, headings);
  }

  private static void status(Table table, Json row) {
    String status = row.string("status");
    Look look =
        switch (status) {
          case "open" -> Look.GOOD;
          case "connecting", "reconnecting" -> Look.BUSY;
          default -> Look.BAD;
        };
    table.cell(status, look);
  }

  private static void rates(Table table, TopReading reading, Rate rate) {
    boolean known = reading.rates().isPresent();
    table.cell(known ? shown(rate.in()) : "-").cell(known ? shown(rate.out()) : "-");
  }

  private static String shown(double rate) {
    return String.format(Locale.ROOT, rate < 10 ? "%.1f" : "%.0f", rate);
  }

  /** Nothing looks like nothing. */
  private static void count(Table table, long count, Look look) {
    table.cell(Long.toString(count), count == 0 ? Look.FAINT : look);
  }

  private static long count(Json counts, String field) {
    return counts.has(field) ? counts.number(field) : 0;
  }

  /** When it ended last, how, and what was done; empty if it never has. */
  private static String ending(Json row, String at) {
    if (!row.has("last_ending")) {
      return "";
    }
    Json ending = row.get("last_ending").orElseThrow();
    Duration ago = Duration.between(Instant.parse(ending.string("at")), Instant.parse(at));
    return StatusVerb.span(Math.max(0, ago.toSeconds()))
        + " ago: "
        + ending.string("words", "")
        + "; "
        + WhyVerb.did(ending);
  }
}
