package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README claims, as far as it can be looked up: tables, commands, links, names of metrics. */
final class ReadmeTest {

  private static final Pattern HEADING = Pattern.compile("(?m)^##+ (.*)$");
  private static final Pattern LINK = Pattern.compile("\\]\\(#([^)]*)\\)");
  private static final Pattern FENCED = Pattern.compile("(?ms)^```[a-z]*\n(.*?)^```$");
  private static final Pattern COMMAND =
      Pattern.compile("(?:^|[|&(=] ?|env \\S+ )(?:\\S*bin/)?claudemesh ([^|&>)\n]*)");
  private static final Pattern METRIC = Pattern.compile("`(broker_[a-z_]+)`");

  @TempDir Path dir;
  private String readme;

  @BeforeEach
  void read() throws Exception {
    readme = Files.readString(Path.of("README.md"));
  }

  private static List<MatchResult> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  /** The cells of a table's rows, below a heading. */
  private List<List<String>> table(String heading, String firstColumn) {
    int start = readme.indexOf("\n## " + heading + "\n");
    assertTrue(start >= 0, "no section " + heading);
    int table = readme.indexOf("\n| " + firstColumn + " |", start);
    assertTrue(table >= 0, "no table of " + firstColumn);
    List<List<String>> rows = new ArrayList<>();
    for (String line : readme.substring(table + 1).lines().skip(2).toList()) {
      if (!line.startsWith("|")) {
        break;
      }
      rows.add(List.of(line.substring(2, line.length() - 2).split(" \\| ")));
    }
    return rows;
  }

  @Test
  void everyVerbIsInItsTable() {
    String verbs = table("Verbs", "verb").toString();
    Set<String> missing = new TreeSet<>();
    for (String name : Verbs.NAMES) {
      String first = name.split(" ")[0];
      boolean there =
          Pattern.compile("`" + first + "\\b").matcher(verbs).find() || verbs.contains(name);
      if (!there) {
        missing.add(name);
      }
    }
    assertEquals(Set.of(), missing);
  }

  @Test
  void theTableOfExitCodesIsThatOfTheProgram() {
    List<Integer> codes = new ArrayList<>();
    table("Exit codes", "exit code").forEach(row -> codes.add(Integer.valueOf(row.get(0))));
    List<Integer> expected = new ArrayList<>();
    for (ExitCode code : ExitCode.values()) {
      expected.add(code.code());
    }
    assertEquals(expected, codes);
  }

  @Test
  void theTableOfThePipeIsItsSchema() {
    OutputSchemas schemas = OutputSchemas.load();
    TreeMap<String, Set<String>> shown = new TreeMap<>();
    for (List<String> row : table("JSON lines", "`type`")) {
      Set<String> fields = new TreeSet<>();
      String cell = row.get(1).replaceAll("\\([^)]*\\)", "");
      all(Pattern.compile("`([a-z_]+)`(\\??)"), cell)
          .forEach(field -> fields.add(field.group(1) + field.group(2)));
      for (MatchResult type : all(Pattern.compile("`([a-z_]+)`"), row.get(0))) {
        shown.put(type.group(1), fields);
      }
    }
    TreeMap<String, Set<String>> expected = new TreeMap<>();
    for (Json form : schemas.forms(schemas.of("connect").orElseThrow())) {
      Json properties = form.get("properties").orElseThrow();
      Set<String> fields = new TreeSet<>();
      for (String name : properties.names()) {
        boolean required = form.stringList("required").contains(name);
        fields.add(name + (required ? "" : "?"));
      }
      fields.remove("type");
      Json type = properties.get("type").orElseThrow();
      List<String> types =
          type.has("const") ? List.of(type.string("const")) : type.stringList("enum");
      types.forEach(name -> expected.put(name, fields));
    }
    assertEquals(expected, shown);
  }

  @Test
  void everyCommandInItIsOneThatTheProgramUnderstands() throws Exception {
    int count = 0;
    for (MatchResult block : all(FENCED, readme)) {
      for (String line : block.group(1).lines().toList()) {
        String plain = line.replaceAll(" +#.*", "").replaceFirst("^\\$ |^ExecStart=", "= ");
        for (MatchResult command : all(COMMAND, plain)) {
          List<String> words = words(command.group(1));
          if (words.get(0).equals("sned")) {
            continue; // a slip that the session shows
          }
          String name = Verbs.named(words);
          int used = name.split(" ").length;
          Arguments.parse(Verbs.create(name).spec(), words.subList(used, words.size()));
          count++;
        }
      }
    }
    assertTrue(count > 20, "commands found: " + count);
  }

  /** As a shell would take them apart, as far as README needs it. */
  private static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    Pattern word = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    for (MatchResult found : all(word, command.replaceAll(" <\\S+| 2>\\S+", ""))) {
      words.add(
          found.group(1) != null
              ? found.group(1)
              : found.group(2) != null ? found.group(2) : found.group(3));
    }
    return words;
  }

  @Test
  void everyLinkWithinItLeadsSomewhere() {
    Set<String> anchors = new TreeSet<>();
    for (MatchResult heading : all(HEADING, readme)) {
      String lower = heading.group(1).toLowerCase(Locale.ROOT);
      anchors.add(lower.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'));
    }
    Set<String> wanted = new TreeSet<>();
    all(LINK, readme).forEach(link -> wanted.add(link.group(1)));
    wanted.removeAll(anchors);
    assertEquals(Set.of(), wanted);
    for (MatchResult file : all(Pattern.compile("\\]\\(([a-zA-Z][^):]*)\\)"), readme)) {
      assertTrue(Files.exists(Path.of(file.group(1))), file.group(1));
    }
  }

  @Test
  void everyMetricToWatchIsAtTheBrokersMetrics() throws Exception {
    try (Broker broker = Broker.start(BrokerOptions.on(dir, 0));
        HttpClient client = HttpClient.newHttpClient()) {
      URI metrics =
          URI.create(broker.url().toString().replace("ws:", "http:").replace("/ws", "/metrics"));
      String page =
          client
              .send(
                  HttpRequest.newBuilder(metrics).build(),
                  HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
              .body();
      for (MatchResult metric : all(METRIC, readme)) {
        boolean ofTls = metric.group(1).startsWith("broker_certificate");
        assertTrue(ofTls || page.contains("# TYPE " + metric.group(1) + " "), metric.group(1));
      }
    }
  }

  @Test
  void systemdFindsNothingWrongWithTheUnitOfABroker() throws Exception {
    Path analyze = Path.of("/usr/bin/systemd-analyze");
    assumeTrue(Files.isExecutable(analyze), "systemd-analyze is not installed");
    int start = readme.indexOf("```ini\n") + "```ini\n".length();
    String unit = readme.substring(start, readme.indexOf("```", start));
    assertTrue(unit.startsWith("# /etc/systemd/system/claudemesh-broker.service\n"), unit);
    String here =
        unit.replace("/usr/local/bin/claudemesh", "/bin/sh").replace("=claudemesh", "=root");
    Path file = Files.writeString(dir.resolve("claudemesh-broker.service"), here);
    Process process =
        new ProcessBuilder(analyze.toString(), "verify", "--man=no", file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(50, TimeUnit.SECONDS));
    assertTrue(!said.contains("claudemesh-broker.service:"), said);
  }
}
