package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.broker.Broker;
import claudemesh.broker.BrokerOptions;
import claudemesh.broker.SocketLimits;
import claudemesh.store.MailboxLimits;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every limit of a broker has a flag, and the flag sets that limit and no other. */
final class BrokerLimitsTest {

  /** Components that are no limits: where, with what, and how time passes. */
  private static final Set<String> NO_LIMITS =
      Set.of(
          "host",
          "port",
          "dataFolder",
          "clock",
          "sleeper",
          "tickPeriod",
          "durable",
          "tls",
          "mailboxLimits",
          "socketLimits");

  private static final Map<String, String> FLAG_OF =
      Map.ofEntries(
          Map.entry("helloTimeout", "--hello-timeout=77s"),
          Map.entry("presenceGrace", "--grace=77s"),
          Map.entry("lease", "--lease=77s"),
          Map.entry("maxMessageChars", "--max-message=77"),
          Map.entry("maxSocketsPerMesh", "--max-connections=77"),
          Map.entry("maxSocketsPerMember", "--max-member-connections=77"),
          Map.entry("maxStrangersPerAddress", "--max-strangers=77"),
          Map.entry("sendsPerSecond", "--rate=77"),
          Map.entry("burst", "--burst=77"),
          Map.entry("origins", "--allow-origin=https://77.example"),
          Map.entry("maxSockets", "--max-broker-connections=77"),
          Map.entry("maxHeadBytes", "--max-head=77"),
          Map.entry("maxBodyBytes", "--max-body=77"),
          Map.entry("maxHelloBytes", "--max-hello=77"),
          Map.entry("maxBufferBytes", "--max-buffer=77"),
          Map.entry("stall", "--max-stall=77s"),
          Map.entry("maxPerMailbox", "--max-mailbox=77"),
          Map.entry("maxMessages", "--max-mail=77"),
          Map.entry("maxChars", "--max-mail-chars=77"),
          Map.entry("retention", "--keep-mail=77s"),
          Map.entry("remembered", "--max-remembered=77"),
          Map.entry("maxPerLog", "--max-history=77"));

  /** What tells that a limit was hit: a metric, or after a dash why there is none. */
  private static final Map<String, String> SEEN_IN =
      Map.ofEntries(
          Map.entry("helloTimeout", "broker_connections_rejected_total"),
          Map.entry("presenceGrace", "- nobody is refused: peers hear peer_left"),
          Map.entry("lease", "- nothing is refused: mail comes again, and is still in the depth"),
          Map.entry("maxMessageChars", "broker_messages_rejected_total"),
          Map.entry("maxSocketsPerMesh", "broker_connections_rejected_total"),
          Map.entry("maxSocketsPerMember", "broker_connections_rejected_total"),
          Map.entry("maxStrangersPerAddress", "broker_connections_rejected_total"),
          Map.entry("sendsPerSecond", "broker_messages_throttled_total"),
          Map.entry("burst", "broker_messages_throttled_total"),
          Map.entry("origins", "broker_connections_rejected_total"),
          Map.entry("maxSockets", "broker_connections_rejected_total"),
          Map.entry("maxHeadBytes", "broker_connections_rejected_total"),
          Map.entry("maxBodyBytes", "broker_connections_rejected_total"),
          Map.entry("maxHelloBytes", "broker_connections_rejected_total"),
          Map.entry("maxBufferBytes", "broker_slow_consumers_total"),
          Map.entry("stall", "broker_slow_consumers_total"),
          Map.entry("maxPerMailbox", "broker_messages_rejected_total"),
          Map.entry("maxMessages", "broker_messages_rejected_total"),
          Map.entry("maxChars", "broker_messages_rejected_total"),
          Map.entry("retention", "broker_messages_dead_total"),
          Map.entry("remembered", "- nothing is refused: what is no longer known counts as new"),
          Map.entry("maxPerLog", "- nothing is refused: every topic at work drops its oldest"));

  private static BrokerOptions apply(String... flags) throws UsageException {
    Arguments given = Arguments.parse(new BrokerVerb().spec(), List.of(flags));
    return BrokerLimits.apply(given, BrokerOptions.on(Path.of("data"), 0));
  }

  private static Object value(RecordComponent component, BrokerOptions options) throws Exception {
    Class<?> owner = component.getDeclaringRecord();
    Object holder = options;
    if (owner == SocketLimits.class) {
      holder = options.socketLimits();
    } else if (owner == MailboxLimits.class) {
      holder = options.mailboxLimits();
    }
    return component.getAccessor().invoke(holder);
  }

  private static List<RecordComponent> limits() {
    List<RecordComponent> all = new ArrayList<>();
    for (Class<?> owner : List.of(BrokerOptions.class, SocketLimits.class, MailboxLimits.class)) {
      for (RecordComponent component : owner.getRecordComponents()) {
        if (!NO_LIMITS.contains(component.getName())) {
          all.add(component);
        }
      }
    }
    return all;
  }

  @Test
  void everyLimitHasAFlagThatSetsIt() throws Exception {
    BrokerOptions before = apply();
    Set<String> used = new TreeSet<>();
    for (RecordComponent limit : limits()) {
      String flag = FLAG_OF.get(limit.getName());
      assertTrue(flag != null, limit + " has no flag");
      BrokerOptions after = apply(flag);
      assertNotEquals(value(limit, before), value(limit, after), flag);
      assertTrue(String.valueOf(value(limit, after)).matches(".*(77|1M17S).*"), flag);
      used.add(flag.substring(2, flag.indexOf('=')));
    }
    Set<String> offered = new TreeSet<>();
    BrokerLimits.FLAGS.forEach(flag -> offered.add(flag.name()));
    assertEquals(offered, used);
  }

  @Test
  void everyLimitIsSeenInAMetricOrSaysWhyNot(@TempDir Path data) throws Exception {
    try (Broker broker = Broker.start(BrokerOptions.on(data, 0).inMemory());
        HttpClient http = HttpClient.newHttpClient()) {
      URI page = URI.create("http://127.0.0.1:" + broker.url().getPort() + "/metrics");
      String metrics =
          http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
      for (RecordComponent limit : limits()) {
        String seen = SEEN_IN.getOrDefault(limit.getName(), "");
        assertTrue(
            seen.startsWith("- ") || metrics.contains("# TYPE " + seen + " counter\n"),
            limit + " is seen in no metric: " + seen);
      }
    }
  }

  @Test
  void withoutFlagsNothingChanges() throws Exception {
    BrokerOptions plain = BrokerOptions.on(Path.of("data"), 0);
    BrokerOptions same = apply();
    for (RecordComponent limit : limits()) {
      assertEquals(value(limit, plain), value(limit, same), limit.getName());
    }
  }

  @Test
  void aRateAloneBringsItsBurst() throws Exception {
    assertEquals(20, apply("--rate=10").burst());
    assertEquals(3, apply("--rate=10", "--burst=3").burst());
  }
}
