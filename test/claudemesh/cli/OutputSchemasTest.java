package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document of what verbs print: whole, well formed, and shown to people. */
final class OutputSchemasTest {

  /** Described, though it is no verb's {@code --json}. */
  private static final Set<String> OTHERS =
      Set.of(
          "connect",
          "events",
          "daemon logs",
          "inbox --follow",
          "peer list --watch",
          "ws --status",
          OutputSchemas.STANDARD_ERROR);

  @TempDir Path dir;
  private final SchemaCheck check = new SchemaCheck();

  @Test
  void everyVerbWithJsonHasASchemaAndNoOtherHas() {
    Set<String> expected = new TreeSet<>(OTHERS);
    for (String name : Verbs.NAMES) {
      List<Flag> flags = Verbs.create(name).spec().flags();
      if (flags.stream().anyMatch(flag -> flag.name().equals("json"))) {
        expected.add(name);
      }
    }
    assertEquals(expected, new TreeSet<>(check.schemas().names()));
  }

  @Test
  void everySchemaIsPrintedByTheVerbsOfSomeTest() {
    List<String> tested = new ArrayList<>(OutputTest.PRINTED);
    tested.addAll(DaemonOutputTest.ANSWERED_BY_ANYBODY);
    tested.addAll(DaemonOutputTest.ANSWERED_BY_THE_DAEMON);
    tested.addAll(DaemonOutputTest.STREAMS);
    assertEquals(new TreeSet<>(check.schemas().names()), new TreeSet<>(tested));
    assertEquals(new LinkedHashSet<>(tested).size(), tested.size(), "each once");
  }

  @Test
  void theDocumentUsesOnlyWhatTheCheckUnderstands() {
    check.requireKnownKeywords();
  }

  @Test
  void aFieldTooManyTooFewOrOfAnotherKindIsNoticed() {
    String good = "{\"version\":\"1\",\"java\":\"21\",\"os\":\"Linux\",\"arch\":\"amd64\"}";
    check.check("version", Json.parse(good));
    for (String bad :
        List.of(
            good.replace("\"1\"", "1"),
            good.replace("\"arch\"", "\"cpu\""),
            good.replace(",\"arch\":\"amd64\"", ""),
            good.replace("}", ",\"more\":true}"),
            "[" + good + "]")) {
      assertThrows(AssertionError.class, () -> check.check("version", Json.parse(bad)), bad);
    }
    String ended = "{\"type\":\"daemon\",\"status\":\"away\"}";
    check.check("events", Json.parse(ended));
    assertTrue(check.seen().contains("events<daemon>.status"), check.seen().toString());
    assertThrows(
        AssertionError.class,
        () -> check.check("events", Json.parse(ended.replace("away", "gone"))));
    String uptime = "{\"to\":\"%s\",\"count\":%s,\"min_ms\":0.5,\"median_ms\":1,\"max_ms\":2}";
    check.check("rtt", Json.parse(uptime.formatted("ab".repeat(32), "3")));
    for (List<String> bad :
        List.of(List.of("AB", "3"), List.of("ab", "-3"), List.of("ab", "1.5"))) {
      String line = uptime.formatted(bad.get(0).repeat(32), bad.get(1));
      assertThrows(AssertionError.class, () -> check.check("rtt", Json.parse(line)), line);
    }
  }

  @Test
  void peerRowsHaveTheFieldsThatTheirSchemaHas() {
    Json peer = check.schemas().definitions().get("peer").orElseThrow();
    assertEquals(PeerRows.FIELDS, peer.get("properties").orElseThrow().names());
    assertEquals(PeerRows.FIELDS, peer.stringList("required"));
  }

  @Test
  void thePipesTypesAreThoseOfItsSchema() {
    List<String> types = new ArrayList<>();
    for (Json form : check.schemas().forms(check.schemas().of("connect").orElseThrow())) {
      Json type = form.get("properties").flatMap(all -> all.get("type")).orElseThrow();
      types.addAll(type.has("const") ? List.of(type.string("const")) : type.stringList("enum"));
    }
    assertEquals(new TreeSet<>(PipeRecords.TYPES), new TreeSet<>(types));
  }

  @Test
  void helpShowsEveryFieldToPeopleAndTheDocumentToPrograms() {
    TestCli cli = new TestCli(dir);
    String page = cli.run("help", "json").out();
    for (String name : check.schemas().names()) {
      assertTrue(page.contains(name), name);
      for (String field : check.fieldsOf(name)) {
        String last = field.substring(field.lastIndexOf('.') + 1);
        boolean ofError = last.equals("error");
        assertTrue(ofError || page.contains(last + "  ") || page.contains(last + "?"), field);
      }
    }
    assertEquals(OutputSchemas.text() + "\n", cli.run("help", "--schema").out());
    String bans = cli.run("help", "bans").out();
    assertTrue(
        bans.contains("With --json: an array of {\"name\",\"pubkey\",\"revokedAt\",\"mesh\"}."),
        bans);
    String man = cli.run("help", "--man").out();
    assertTrue(man.contains("With \\-\\-json: {\"left\",\"meshId\"}."), "the manual page has it");
    assertTrue(man.contains("claudemesh help json explains every field."), "and the way there");
  }

  @Test
  void aLineOfHelpIsNoWiderThanTheTerminal() {
    TestCli narrow = new TestCli(dir).onTerminal().with("COLUMNS", "72");
    narrow.run("help", "json").out().lines().forEach(line -> assertTrue(line.length() <= 72, line));
  }
}
