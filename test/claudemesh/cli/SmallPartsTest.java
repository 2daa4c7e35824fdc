package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The pure helpers of the command line. */
final class SmallPartsTest {

  @Test
  void mistakesCountInsertionsDeletionsReplacementsAndSwaps() {
    assertEquals(0, Nearest.mistakes("send", "send"));
    assertEquals(1, Nearest.mistakes("sned", "send"));
    assertEquals(1, Nearest.mistakes("sen", "send"));
    assertEquals(1, Nearest.mistakes("sendd", "send"));
    assertEquals(1, Nearest.mistakes("sand", "send"));
    assertEquals(4, Nearest.mistakes("", "send"));
  }

  @Test
  void onlyANearWordIsSuggested() {
    assertEquals(Optional.of("send"), Nearest.to("snd", List.of("list", "send")));
    assertEquals(Optional.empty(), Nearest.to("publish", List.of("list", "send")));
    assertEquals("", Nearest.question("publish", List.of()));
  }

  @Test
  void durationsHaveUnits() {
    assertEquals(Duration.ofSeconds(30), Durations.parse("30"));
    assertEquals(Duration.ofMillis(1500), Durations.parse("1.5s"));
    assertEquals(Duration.ofMillis(200), Durations.parse("200ms"));
    assertEquals(Duration.ofDays(7), Durations.parse("7d"));
    assertEquals(Duration.ofDays(14), Durations.parse("2w"));
    for (String wrong : List.of("", "7 d", "-1", "1y", "s", "99999999999")) {
      assertThrows(IllegalArgumentException.class, () -> Durations.parse(wrong), wrong);
    }
  }

  @Test
  void durationsShowTheDigitsThatMatter() {
    assertEquals("0.52 ms", Durations.shown(Duration.ofNanos(524_000)));
    assertEquals("52.4 ms", Durations.shown(Duration.ofNanos(52_400_000)));
    assertEquals("2.5 s", Durations.shown(Duration.ofMillis(2_500)));
    assertEquals(Json.parse("0.524"), Durations.millis(Duration.ofNanos(524_000)));
  }

  @Test
  void anAddressMayLackHostOrPort() throws Exception {
    assertEquals(new Listen("127.0.0.1", 0), Listen.parse(":0"));
    assertEquals(new Listen("0.0.0.0", 80), Listen.parse("0.0.0.0:80"));
    assertEquals(new Listen("example.org", 7900), Listen.parse("example.org"));
    assertEquals(new Listen("::1", 80), Listen.parse("[::1]:80"));
    assertEquals(new Listen("::1", 7900), Listen.parse("[::1]"));
    assertThrows(UsageException.class, () -> Listen.parse("localhost:70000"));
    assertThrows(UsageException.class, () -> Listen.parse("localhost:http"));
  }

  @Test
  void aBrokerOnEveryAddressIsReachedOnLoopback() {
    assertEquals(
        "ws://127.0.0.1:7900/ws", BrokerFolder.localUrl(URI.create("ws://0.0.0.0:7900/ws")));
    assertEquals(
        "ws://10.0.0.1:7900/ws", BrokerFolder.localUrl(URI.create("ws://10.0.0.1:7900/ws")));
  }

  @Test
  void onlyWebSocketAddressesPass() throws Exception {
    assertEquals("wss", BrokerFolder.requireSocketAddress("wss://example.org/ws").getScheme());
    for (String wrong : List.of("http://example.org", "ws:///ws", "example.org", "ws://a b/ws")) {
      assertThrows(UsageException.class, () -> BrokerFolder.requireSocketAddress(wrong), wrong);
    }
  }

  @Test
  void columnsAreAsWideAsTheirWidestCellAndOthersWordsMoveNoCursor() {
    Table table = new Table(false, 80, "NAME", "STATUS");
    table.row().cell("a\u001b[2Jb").cell("idle");
    table.row().cell("bob", Table.Look.BOLD).cell("", Table.Look.GOOD);
    assertEquals("NAME         STATUS\na\\u001b[2Jb  idle\nbob", table.toString());
  }

  @Test
  void theWidestCellsAreCutUntilALineFitsTheTerminal() {
    Table table = new Table(false, 24, "NAME", "SUMMARY");
    table.row().cell("bob").cell("reads a long report");
    table.row().cell("a-rather-long-name").cell("short");
    assertEquals(
        "NAME         SUMMARY\nbob          reads a lo…\na-rather-l…  short", table.toString());
  }

  @Test
  void wideCharactersAndMarksMoveNoColumn() {
    Table table = new Table(false, 24, "NAME", "SUMMARY");
    table.row().cell("日本").cell("読む");
    table.row().cell("Ame\u0301lie").cell("🚀 reads 日本語の本 all day");
    table.row().cell("bob").cell("short");
    assertEquals(
        "NAME    SUMMARY\n日本    読む\nAme\u0301lie  🚀 reads 日本語…\nbob     short", table.toString());
  }

  @Test
  void theWidthOfATerminalIsWhatTheShellSays() {
    assertEquals(132, Terminal.columns(Map.of("COLUMNS", "132")));
    assertTrue(Terminal.columns(Map.of("COLUMNS", "no number")) > 0);
  }

  @Test
  void helpIsNoWiderThanTheTerminal() {
    assertTrue(Help.overview(60).lines().allMatch(line -> line.length() <= 60));
    assertTrue(Help.overview(200).lines().anyMatch(line -> line.length() > 60));
  }

  @Test
  void colourIsAddedOutsideTheWidth() {
    Table table = new Table(true, 80, "A", "B");
    table.row().cell("x", Table.Look.BOLD).cell("y");
    assertEquals(
        "\u001b[2mA\u001b[0m  \u001b[2mB\u001b[0m\n\u001b[1mx\u001b[0m  y", table.toString());
  }

  @Test
  void wordsToPasteAreQuotedWhereAShellNeedsIt() {
    assertEquals("a/b-c", ShellWords.quoted("a/b-c"));
    assertEquals("'a b'", ShellWords.quoted("a b"));
    assertEquals("'it'\\''s'", ShellWords.quoted("it's"));
    assertEquals("''", ShellWords.quoted(""));
    assertEquals("claudemesh", ShellWords.command(Map.of()));
    assertEquals(
        "CLAUDEMESH_CONFIG_DIR='/a b' claudemesh",
        ShellWords.command(Map.of("CLAUDEMESH_CONFIG_DIR", "/a b")));
  }

  @Test
  void aFrameIsAlwaysOneLine() {
    assertEquals("plain", WsPipe.line("plain"));
    assertEquals("{\"a\":1}", WsPipe.line("{\n  \"a\": 1\n}"));
    assertEquals("\"two\\nlines\"", WsPipe.line("two\nlines"));
    assertEquals("{ \"a\": 1 }", WsPipe.line("{ \"a\": 1 }"), "what fits a line stays as it is");
  }

  @Test
  void terminalsAreWhatTheLauncherSays() {
    String before = System.getProperty("claudemesh.terminals");
    try {
      System.setProperty("claudemesh.terminals", "02");
      assertTrue(Terminal.isTerminal(0) && Terminal.isTerminal(2) && !Terminal.isTerminal(1));
    } finally {
      if (before == null) {
        System.clearProperty("claudemesh.terminals");
      } else {
        System.setProperty("claudemesh.terminals", before);
      }
    }
  }
}
