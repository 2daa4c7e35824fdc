package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code peer list --watch} and {@code top} where programs read what they print. */
final class WatchTest {

  private static final String FIELDS = "--json=displayName,away";

  @TempDir Path dir;
  private DaemonScene scene;

  @BeforeEach
  void aDaemonOfAlices() throws Exception {
    scene = new DaemonScene(dir);
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private RunningCli watch(String... more) throws Exception {
    String[] words = new String[3 + more.length];
    System.arraycopy(new String[] {"peer", "list", "--watch"}, 0, words, 0, 3);
    System.arraycopy(more, 0, words, 3, more.length);
    return scene.scene.asAlice(words);
  }

  private void printsAListOnlyWhenItDiffers(RunningCli watch) throws Exception {
    assertEquals("[]", watch.awaitLine(line -> true));
    RunningCli bob = scene.scene.listeningBob();
    assertEquals("[{\"displayName\":\"bob\",\"away\":false}]", watch.awaitLine(line -> true));
    scene.scene.asBob("connect", "--as", "second", "--listen");
    String both = watch.awaitLine(line -> true);
    assertTrue(both.contains("\"bob\"") && both.contains("\"second\""), both);
    bob.close(); // he may come back for a while, and shows as away
    String away = watch.awaitLine(line -> true);
    assertTrue(away.contains("{\"displayName\":\"bob\",\"away\":true}"), away);
    watch.close();
    assertEquals(130, watch.exitCode());
  }

  @Test
  void byTheDaemonAListIsPrintedOnlyWhenItDiffersFromTheOneBefore() throws Exception {
    printsAListOnlyWhenItDiffers(watch(FIELDS, "--interval", "100ms"));
  }

  @Test
  void byAConnectionOfItsOwnAListIsPrintedOnlyWhenItDiffersFromTheOneBefore() throws Exception {
    scene.stopDaemon();
    printsAListOnlyWhenItDiffers(watch(FIELDS, "--interval", "100ms"));
  }

  @Test
  void anEventIsReasonEnoughToLook() throws Exception {
    RunningCli byTheDaemon = watch(FIELDS, "--interval", "1d");
    assertEquals("[]", byTheDaemon.awaitLine(line -> true));
    scene.scene.listeningBob();
    assertEquals("[{\"displayName\":\"bob\",\"away\":false}]", byTheDaemon.awaitLine(line -> true));
  }

  @Test
  void peopleWhoPipeItGetATableUnderTheTime() throws Exception {
    scene.scene.listeningBob();
    scene.scene.awaitPeer("bob");
    RunningCli watch = watch("--interval", "100ms");
    String time = watch.awaitLine(line -> true);
    assertTrue(time.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"), time);
    assertTrue(watch.awaitLine(line -> true).startsWith("NAME"));
    assertTrue(watch.awaitLine(line -> true).startsWith("bob"));
    scene.scene.asBob("connect", "--as", "second", "--listen");
    assertEquals("", watch.awaitLine(line -> true));
  }

  @Test
  void whenTheDaemonGoesThatIsARowUntilItIsBack() throws Exception {
    scene.scene.listeningBob();
    scene.scene.awaitPeer("bob");
    RunningCli watch = watch(FIELDS, "--interval", "100ms");
    assertEquals("[{\"displayName\":\"bob\",\"away\":false}]", watch.awaitLine(line -> true));
    scene.stopDaemon();
    assertEquals(
        "[{\"mesh\":\"daemon\",\"error\":\"it has gone; waiting for one\"}]",
        watch.awaitLine(line -> true));
    scene.startDaemon();
    watch.awaitLine("[{\"displayName\":\"bob\",\"away\":false}]"::equals);
  }

  @Test
  void whenTheBrokerGoesThatIsARowUntilItIsBack() throws Exception {
    scene.stopDaemon();
    RunningCli watch = watch(FIELDS, "--interval", "100ms");
    assertEquals("[]", watch.awaitLine(line -> true));
    scene.scene.stopBroker();
    watch.awaitLine(line -> line.contains("\"mesh\":\"team\",\"error\":\"reconnecting"));
    scene.scene.restartBroker();
    watch.awaitLine("[]"::equals);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertEquals(
        "--interval is for --watch: give both, or neither",
        scene.alice("peer", "list", "--interval", "3").complaint());
    assertEquals(
        "--interval: expected from 100ms to 1d, found 1ms",
        scene.alice("top", "--interval", "1ms").complaint());
    assertEquals(3, scene.alice("peer", "list", "--watch", "--mesh", "nope").code());
    assertEquals(3, scene.alice("top", "--mesh", "nope").code());
  }

  @Test
  void topWithoutADaemonSaysWhatToDo() throws Exception {
    scene.stopDaemon();
    var result = scene.alice("top");
    assertEquals(6, result.code());
    assertEquals("no daemon runs: start one with \"claudemesh daemon up\"", result.complaint());
  }

  @Test
  void topPrintsOnePictureWithRatesWhereNoPersonLooks() throws Exception {
    scene.scene.listeningBob();
    scene.scene.awaitPeer("bob");
    List<String> lines = scene.alice("top", "--interval", "100ms", "--mesh", "team").lines();
    assertTrue(lines.get(0).startsWith("daemon "), lines.toString());
    assertEquals("team  open    0.0   0.0    0/0       0       0     0", lines.get(3));
    assertEquals("alice, member  open    0.0   0.0    0       0       0", lines.get(6));
    assertTrue(lines.get(9).startsWith("bob"), lines.toString());
    assertFalse(lines.toString().contains("\u001b"), lines.toString());
  }

  @Test
  void topTellsWhatMovesInJsonLines() throws Exception {
    RunningCli bob = scene.scene.listeningBob();
    scene.scene.awaitPeer("bob");
    RunningCli top = scene.scene.asAlice("top", "--json", "--interval", "100ms");
    Json first = top.awaitRecord("top");
    assertFalse(first.list("meshes").get(0).has("in_per_s"), "no rate of one look: " + first);
    assertEquals("bob", first.list("peers").get(0).string("displayName"));

    assertEquals(0, scene.alice("send", "bob", "hello").code());
    bob.awaitRecord("message");
    Json out = awaitRow(top, row -> rate(row, "out_per_s") > 0);
    assertEquals(1, out.number("sent"));
    assertEquals(0, out.number("outbox"));

    String alice =
        scene.alice("whoami", "--json").json().list("meshes").get(0).string("member_pubkey");
    assertEquals(0, scene.scene.bob.run("send", alice, "for alice").code());
    Json in = awaitRow(top, row -> rate(row, "in_per_s") > 0);
    assertEquals(1, in.number("received"));
    awaitRow(top, row -> row.number("unread") == 1);
    awaitRow(top, row -> rate(row, "in_per_s") == 0);

    scene.scene.restartBroker();
    Json back = awaitRow(top, row -> row.number("reconnects") == 1);
    assertEquals("retry", back.get("last_ending").orElseThrow().string("decision"));

    scene.stopDaemon();
    assertEquals("away", top.awaitRecord("daemon").string("status"));
    scene.startDaemon();
    assertEquals("back", top.awaitRecord("daemon").string("status"));
    assertFalse(top.awaitRecord("top").list("meshes").get(0).has("in_per_s"));
    top.close();
    assertEquals(130, top.exitCode());
  }

  private static double rate(Json row, String field) {
    return row.has(field) ? Double.parseDouble(Listing.text(row, field)) : 0;
  }

  /** Waits until the only connection is as wanted. */
  private static Json awaitRow(RunningCli top, Predicate<Json> wanted) throws Exception {
    Json row = top.awaitRecord("top").list("connections").get(0);
    while (!wanted.test(row)) {
      row = top.awaitRecord("top").list("connections").get(0);
    }
    return row;
  }
}
