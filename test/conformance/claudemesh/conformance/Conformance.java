package claudemesh.conformance;

import claudemesh.json.Json;
import claudemesh.lifecycle.JdkTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Runs the Autobahn|Testsuite against both ends: the server with its default limits and with larger
 * ones, and the client, beside the bare WebSocket of the JDK that it stands on. Prints a table;
 * exit code 1 if anything came out otherwise than expected. Reports with every frame are left in
 * the folder.
 *
 * <p>{@code make conformance} takes a few minutes; {@code ARGS=all} adds group 9, messages of up to
 * 16 MiB, and takes a quarter of an hour. {@code ARGS="server"} and {@code ARGS="client"} leave out
 * the other end. {@code ARGS="client 9.3.3 9.3.6"} runs those cases and no others.
 */
public final class Conformance {

  private static final List<String> CASES =
      List.of("1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*");
  private static final int CASE_COUNT = 251;

  /** Up to the default limit of 1 MiB, and one above. */
  private static final List<String> AROUND_LIMIT = List.of("9.1.1", "9.1.2", "9.1.3", "9.1.4");

  private static final List<String> LARGE = List.of("9.*");
  private static final int LARGE_COUNT = 54;

  /** Our client has no binary messages; each of those cases would wait for its echo for minutes. */
  private static final List<String> LARGE_TEXT = List.of("9.1.*", "9.3.*", "9.5.*", "9.7.*");

  private static final int LARGE_TEXT_COUNT = 27;
  private static final int TRIES = 8;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration LOOK = Duration.ofSeconds(5);
  // Half a minute and three on a quiet machine; a busy one is given what it needs.
  private static final Duration PATIENCE = Duration.ofMinutes(90);

  /** For cases that were named one by one: nobody has counted them. */
  private static final int ANY = -1;

  private final Path folder;
  private final boolean all;
  private final List<String> named;
  private final Verdicts verdicts = new Verdicts();

  private Conformance(Path folder, Set<String> words) throws IOException {
    this.folder = folder;
    this.all = words.contains("all");
    this.named = words.stream().filter(word -> word.matches("\\d+\\..*")).sorted().toList();
  }

  /**
   * Runs it.
   *
   * @param args the folder for reports, then any of {@code all}, {@code server}, {@code client},
   *     and cases
   * @throws Exception if the suite cannot be run to its end
   */
  public static void main(String[] args) throws Exception {
    JdkTransport.tuneProcess();
    Path folder = Path.of(args[0]);
    Set<String> words = Set.copyOf(List.of(args).subList(1, args.length));
    clear(folder);
    Conformance conformance = new Conformance(folder, words);
    if (!words.contains("client")) {
      conformance.testServer();
    }
    if (!words.contains("server")) {
      conformance.testClients();
    }
    System.exit(conformance.verdicts.print() ? 0 : 1);
  }

  private static void clear(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void testServer() throws IOException, InterruptedException {
    try (EchoServer server = new EchoServer()) {
      if (!named.isEmpty()) {
        testServer("server", server.url("/default"), named, ANY);
        testServer("server-large", server.url("/large"), named, ANY);
        return;
      }
      testServer("server", server.url("/default"), CASES, CASE_COUNT);
      if (all) {
        testServer("server", server.url("/default"), LARGE, LARGE_COUNT);
        testServer("server-large", server.url("/large"), LARGE, LARGE_COUNT);
      } else {
        testServer("server", server.url("/default"), AROUND_LIMIT, AROUND_LIMIT.size());
      }
    }
  }

  private void testServer(String agent, String url, List<String> cases, int count)
      throws IOException, InterruptedException {
    progress(agent, count);
    Json server = Json.object().put("agent", agent).put("url", url).build();
    Path files = folder.resolve(agent + (cases == CASES ? "" : "-9"));
    try (Suite suite = Suite.start("client", files, cases, List.of(server))) {
      suite.awaitEnd(PATIENCE);
      verdicts.judge(suite.reports(), agent, count);
    }
  }

  private void testClients() throws IOException, InterruptedException, TimeoutException {
    List<String> cases = all ? Stream.concat(CASES.stream(), LARGE_TEXT.stream()).toList() : CASES;
    int count = all ? CASE_COUNT + LARGE_TEXT_COUNT : CASE_COUNT;
    if (!named.isEmpty()) {
      cases = named;
      count = ANY;
    }
    try (Suite suite = Suite.start("server", folder.resolve("client"), cases, List.of());
        JdkClient jdk = new JdkClient()) {
      String url = "ws://127.0.0.1:" + suite.awaitPort();
      int offered = Integer.parseInt(jdk.ask(url + "/getCaseCount", MINUTE));
      runCases(jdk, url, "client", new LifecycleClient(), offered);
      runCases(jdk, url, "jdk", jdk, offered);
      // One request is enough: it writes what is known of all agents.
      jdk.ask(url + "/updateReports?agent=client", MINUTE);
      verdicts.judge(suite.reports(), "client", count);
      verdicts.judge(suite.reports(), "jdk", count);
    }
  }

  private static void runCases(
      JdkClient asker, String url, String agent, EchoClient client, int count)
      throws InterruptedException, TimeoutException {
    progress(agent, count);
    for (int number = 1; number <= count; number++) {
      String which = "?case=" + number + "&agent=" + agent;
      for (int left = TRIES; left > 0; left--) {
        client.echo(url + "/runCase" + which);
        if (isRecorded(asker, url + "/getCaseStatus" + which)) {
          break;
        }
      }
    }
  }

  /** The suite under Jython now and then misses that a reset connection has ended. */
  private static boolean isRecorded(JdkClient asker, String url) throws InterruptedException {
    try {
      return !asker.ask(url, LOOK).isEmpty();
    } catch (TimeoutException e) {
      System.err.println("not recorded, once more: " + url);
      return false;
    }
  }

  private static void progress(String agent, int count) {
    System.err.println(agent + ": " + (count == ANY ? "named" : count) + " cases");
  }
}
