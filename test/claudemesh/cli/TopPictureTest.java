package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@code top} makes of the daemon's answers, at stated times and sizes. */
final class TopPictureTest {

  private static final String ENDING =
      "{\"at\":\"2026-01-01T00:00:00.000Z\",\"what\":\"peer_closed\",\"words\":\"the broker went"
          + " away\",\"decision\":\"retry\"}";

  private final TopRates rates = new TopRates(1_000);
  private final List<Json> peers = new ArrayList<>();

  private static Json status(String... meshes) {
    List<Json> rows = new ArrayList<>();
    for (String mesh : meshes) {
      rows.add(
          Json.parse(
              "{\"mesh\":\"%s\",\"status\":\"open\",\"sessions\":{\"open\":1,\"total\":2},"
                      .formatted(mesh)
                  + "\"outbox\":{\"pending\":4,\"inflight\":1,\"dead\":3},\"unread\":0}"));
    }
    return Json.parseObject(
            "{\"version\":\"9\",\"pid\":1,\"uptime_s\":61,\"outbox\":{\"pending\":4,\"inflight\":1,"
                + "\"dead\":3}}")
        .toBuilder()
        .put("meshes", Json.array(rows))
        .build();
  }

  private static Json connection(String mesh, String name, String status, long in, long out) {
    return Json.parseObject(
            "{\"kind\":\"session\",\"opened\":3,\"outbox\":5,\"unread\":7,\"last_ending\":"
                + ENDING
                + "}")
        .toBuilder()
        .put("mesh", mesh)
        .put("name", name)
        .put("pubkey", name)
        .put("status", status)
        .put("received", in)
        .put("sent", out)
        .build();
  }

  private static Json connections(String startedAt, long clock, Json... rows) {
    return Json.object()
        .put("at", "2026-01-01T00:02:00.000Z")
        .put("started_at", startedAt)
        .put("clock_ms", clock)
        .put("connections", Json.array(List.of(rows)))
        .build();
  }

  private TopReading reading(Json status, Json connections) {
    return new TopReading(status, connections, rates.update(connections));
  }

  private List<String> draw(int width, int height, TopReading reading) {
    TopPeers there = new TopPeers(new PeerRows(peers, false), List.of());
    return new TopPicture(false, width, height).of(reading, null, Optional.of(there), "q quits");
  }

  @Test
  void ratesAreWhatWasCountedOverTheDaemonsOwnTime() {
    TopReading first =
        reading(status("team"), connections("then", 5_000, connection("team", "a", "open", 10, 0)));
    assertTrue(String.join("\n", draw(200, 50, first)).contains("a           open    -     -"));

    TopReading second =
        reading(
            status("team"), connections("then", 7_000, connection("team", "a", "open", 13, 400)));
    List<String> lines = draw(200, 50, second);
    assertEquals(
        "daemon 9, up 1 min; q quits; outbox: 4 pending, 1 under way, 3 dead", lines.get(0));
    assertEquals("team  open    1.5   200    1/2       5       3     7", lines.get(3));
    assertEquals(
        "a           open    1.5   200    5       7       2       2 min ago: the broker went away;"
            + " tried again",
        lines.get(6));
    Json json = TopJson.of(second, null, new TopPeers(new PeerRows(peers, false), List.of()));
    Json row = json.list("connections").get(0);
    assertEquals(
        "1.500 200.000 2",
        Listing.text(row, "in_per_s")
            + " "
            + Listing.text(row, "out_per_s")
            + " "
            + row.number("reconnects"));
  }

  @Test
  void aLookThatComesTooSoonKeepsTheRatesAndAnotherDaemonHasNone() {
    Json a = connection("team", "a", "open", 0, 0);
    Json more = connection("team", "a", "open", 100, 0);
    assertTrue(rates.update(connections("then", 0, a)).isEmpty());
    assertEquals(
        50, rates.update(connections("then", 2_000, more)).orElseThrow().get("team a").in());
    assertEquals(50, rates.update(connections("then", 2_500, a)).orElseThrow().get("team a").in());
    assertTrue(rates.update(connections("later", 9_000, more)).isEmpty());
    // Registered again with its key, a session counts from nothing.
    assertEquals(0, rates.update(connections("later", 10_000, a)).orElseThrow().get("team a").in());
  }

  @Test
  void whatIsNotOpenComesFirstThenWhatMovesMost() {
    Json quiet = connection("team", "a", "open", 0, 0);
    Json down = connection("team", "z", "reconnecting", 0, 0);
    rates.update(connections("then", 0, quiet, connection("team", "m", "open", 0, 0), down));
    TopReading reading =
        reading(
            status("team"),
            connections("then", 1_000, quiet, connection("team", "m", "open", 9, 0), down));
    assertEquals(
        List.of("z", "m", "a"),
        reading.connectionRows().stream().map(row -> row.string("name")).toList());
  }

  @Test
  void onlyOfSeveralMeshesIsTheMeshNamedForEachConnection() {
    Json one = connection("one", "a", "open", 0, 0);
    TopReading both =
        reading(
            status("one", "two"),
            connections("then", 0, one, connection("two", "b", "open", 0, 0)));
    assertTrue(String.join("\n", draw(200, 50, both)).contains("CONNECTION  MESH"));
    TopReading alone = reading(status("one"), connections("then", 0, one));
    assertFalse(String.join("\n", draw(200, 50, alone)).contains("CONNECTION  MESH"));
  }

  @Test
  void longTablesAreCutToTheHeightAndSayHowMuchIsLeftOut() {
    Json[] rows = new Json[40];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = connection("team", "session-" + i, "open", 0, 0);
      peers.add(Json.object().put("displayName", "peer-" + i).put("mesh", "team").build());
    }
    TopReading reading = reading(status("team"), connections("then", 0, rows));
    for (int height = 4; height < 100; height++) {
      List<String> lines = draw(80, height, reading);
      assertTrue(lines.size() <= height, height + ": " + lines);
      long shown = lines.stream().filter(line -> line.startsWith("session-")).count();
      String more = "… " + (40 - shown) + " more";
      assertTrue(shown == 40 || height < 10 || lines.contains(more), height + ": " + lines);
    }
    assertEquals(88, draw(80, 100, reading).size());
    assertTrue(draw(80, 30, reading).stream().allMatch(line -> line.length() <= 80));
  }

  @Test
  void whoWantsLittleHasItAndTheRestIsShared() {
    assertArrayEquals(new int[] {2, 9, 9}, TopPicture.shares(new int[] {2, 30, 30}, 20));
    assertArrayEquals(new int[] {2, 3, 15}, TopPicture.shares(new int[] {2, 3, 30}, 20));
    assertArrayEquals(new int[] {1, 1, 0}, TopPicture.shares(new int[] {2, 2, 2}, 2));
    assertArrayEquals(new int[] {0, 0}, TopPicture.shares(new int[] {2, 2}, -5));
  }
}
