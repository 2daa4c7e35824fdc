package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The command line without a network: words, help, exit codes, diagnostics. */
final class CliTest {

  @TempDir Path config;
  private TestCli cli;

  @BeforeEach
  void aUserWithAnEmptyConfig() {
    cli = new TestCli(config);
  }

  static List<String> verbs() {
    return Verbs.NAMES;
  }

  @Test
  void withoutWordsItShowsWhatThereIs() {
    var result = cli.run();
    assertEquals(0, result.code());
    for (String verb : Verbs.NAMES) {
      assertTrue(result.out().contains("  " + verb + " "), verb);
    }
    assertEquals(result.out(), cli.run("--help").out());
    assertEquals(result.out(), cli.run("help").out());
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void everyVerbExplainsItself(String verb) {
    List<String> asked = new ArrayList<>(List.of("help"));
    asked.addAll(List.of(verb.split(" ")));
    var help = cli.run(asked.toArray(String[]::new));
    asked.remove(0);
    asked.add("--help");
    var flag = cli.run(asked.toArray(String[]::new));

    assertEquals(0, help.code());
    assertEquals(help, flag);
    assertTrue(help.out().startsWith("Usage: claudemesh " + verb), help.out());
    assertTrue(help.out().lines().allMatch(line -> line.length() <= 100), help.out());
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void everyExampleFitsItsOwnTable(String verb) throws Exception {
    for (String example : Verbs.create(verb).spec().examples()) {
      String call = example.substring(example.indexOf("claudemesh ") + "claudemesh ".length());
      List<String> words = new ArrayList<>();
      for (String word : call.split(" ")) {
        if (word.startsWith("|") || word.startsWith("<")) {
          break;
        }
        words.add(word);
      }
      assertEquals(verb, Verbs.named(words), example);
      VerbSpec spec = Verbs.create(verb).spec();
      Arguments.parse(spec, words.subList(verb.split(" ").length, words.size()));
    }
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void noTwoFlagsOfAVerbShareANameOrLetter(String verb) {
    List<Flag> flags = Verbs.create(verb).spec().allFlags();
    List<String> letters =
        flags.stream().map(Flag::letter).filter(letter -> !letter.isEmpty()).toList();
    assertEquals(flags.size(), flags.stream().map(Flag::name).distinct().count());
    assertEquals(letters.size(), letters.stream().distinct().count(), letters.toString());
  }

  @Test
  void versionIsOneLineOrJson() throws IOException {
    String version = Files.readString(Path.of("src/claudemesh/version.txt")).strip();
    assertEquals("claudemesh " + version + "\n", cli.run("version").out());
    assertEquals("claudemesh " + version + "\n", cli.run("--version").out());
    Json json = cli.run("version", "--json").json();
    assertEquals(version, json.string("version"));
    assertEquals(System.getProperty("java.version"), json.string("java"));
  }

  @Test
  void anUnknownVerbIsAUsageErrorWithASuggestion() {
    var result = cli.run("sned", "echo", "hi");
    assertEquals(2, result.code());
    assertEquals("", result.out());
    assertEquals("unknown verb \"sned\"; did you mean send?", result.complaint());
    assertEquals(
        "unknown verb \"pear\"; did you mean peer list?", cli.run("pear", "list").complaint());
    assertEquals("unknown verb \"publish\"", cli.run("publish").complaint());
  }

  @Test
  void halfAVerbNamesTheWholeOnes() {
    var result = cli.run("mesh", "--help");
    assertEquals(2, result.code());
    assertEquals("\"mesh\" is half a verb: mesh create", result.complaint());
  }

  @Test
  void diagnosticsAreJsonLinesUnlessAPersonReadsThem() {
    Json line = Json.parseObject(cli.run("peer", "list").err());
    assertEquals("error", line.string("level"));
    assertEquals("peer list", line.string("verb"));
    assertEquals(3, line.number("exit_code"));

    var result = cli.onTerminal().run("peer", "list");
    assertEquals(3, result.code());
    assertEquals(
        "claudemesh: no mesh was joined: join one with \"claudemesh join LINK\", or start one with"
            + " \"claudemesh up\"\n",
        result.err());
    assertTrue(cli.run("sned").err().endsWith("Try: claudemesh help\n"));
  }

  @Test
  void theLogLevelIsChecked() {
    var result = cli.run("list", "--log-level", "loud");
    assertEquals(2, result.code());
    assertTrue(result.complaint().startsWith("--log-level: expected debug, info"));
    assertEquals(0, cli.run("list", "--log-level=off").code());
  }

  @Test
  void aMeshThatWasNotJoinedIsExitCodeThree() {
    for (String[] call :
        new String[][] {
          {"leave", "x"}, {"send", "a", "b"}, {"rtt", "a"}, {"connect"}, {"peer", "list"}
        }) {
      assertEquals(3, cli.run(call).code(), String.join(" ", call));
    }
  }

  @Test
  void aDamagedConfigIsNamed() throws IOException {
    Files.writeString(config.resolve("config.json"), "{");
    var result = cli.run("list");
    assertEquals(1, result.code());
    assertTrue(result.complaint().contains(config.resolve("config.json") + " is damaged"));
  }

  @Test
  void aConfigFolderThatIsGoneIsWarnedAboutAndIgnored() {
    Path gone = config.resolve("gone");
    var result = cli.with("CLAUDEMESH_CONFIG_DIR", gone.toString()).run("list", "--json");
    assertEquals(0, result.code());
    assertEquals("[]\n", result.out());
    assertTrue(result.err().contains("config_folder_ignored"), result.err());
    assertFalse(Files.exists(gone));
  }

  @Test
  void aReaderThatHasGoneIsExitCode141() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Streams streams =
        new Streams(new ByteArrayInputStream(new byte[0]), closed, err, false, false, false);
    assertEquals(141, Cli.run(new String[] {"version"}, streams, cli.environment()));
    assertEquals("", err.toString(StandardCharsets.UTF_8), "nobody asked for a complaint");
  }

  @Test
  void badLinksAreRefusedBeforeAnythingIsSent() {
    assertTrue(cli.run("join", "hello").complaint().startsWith("this is no invite link"));
    assertEquals(1, cli.run("join", "hello").code());
    assertEquals("expected an invite link, found nothing", cli.run("join", "-").complaint());
  }

  @Test
  void aBrokerDoesNotListenToTheNetworkUnlessTold() {
    var result = cli.run("broker", "--listen", "0.0.0.0:0");
    assertEquals(1, result.code());
    assertTrue(result.complaint().contains("without encryption"), result.complaint());
    assertTrue(result.complaint().contains("--insecure"), result.complaint());
  }
}
