package claudemesh.broker;

import claudemesh.broker.Metrics.Counter;
import claudemesh.http.EventStream;
import claudemesh.http.EventStreamHandler;
import claudemesh.http.EventStreamOptions;
import claudemesh.http.HttpExchange;
import claudemesh.http.HttpRequest;
import claudemesh.http.SseEvent;
import claudemesh.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The page at {@code /} that shows a broker at work, for who sits at its machine: peers, meshes,
 * rates, mail that waits, and why connections ended; live by server-sent events. It names peers, so
 * nobody else gets it: a request must come from a loopback address, name one as its host (or any
 * web page could read it through a name of its own), and not have come through a proxy.
 *
 * <p>Never a message, a key that is secret, or anything written down: it is made of what is in
 * memory. Safe from any thread.
 */
final class StatusPage implements EventStreamHandler {

  static final String PAGE = "/";
  static final String EVENTS = "/status/events";

  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final int MOST_STREAMS = 32;
  private static final int MOST_ROWS = 200;
  private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final List<String> SIGNS_OF_A_PROXY =
      List.of("forwarded", "x-forwarded-for", "x-real-ip", "via");
  // The page has no part from elsewhere and puts what it is told into text only.
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
              + " connect-src 'self'; frame-ancestors 'none'",
          "Cache-Control",
          "no-store");

  private final BrokerParts parts;
  private final Rooms rooms;
  private final LongSupplier strangers;
  private final String version;
  private final long startedNanos;
  private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
  private final AtomicLong sentNanos;
  private final AtomicLong number = new AtomicLong();

  StatusPage(BrokerParts parts, Rooms rooms, LongSupplier strangers, String version) {
    this.parts = parts;
    this.rooms = rooms;
    this.strangers = strangers;
    this.version = version;
    this.startedNanos = parts.clock().nanoTime();
    this.sentNanos = new AtomicLong(startedNanos);
  }

  /** Answers a request for the page or its events. */
  void answer(HttpExchange exchange) throws IOException {
    HttpRequest request = exchange.request();
    if (!isFromHere(request)) {
      exchange.respond(404, "text/plain", "not found");
    } else if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      exchange.respondError(405, "expected GET, got " + request.method());
    } else if (request.path().equals(PAGE)) {
      exchange.respond(200, "text/html; charset=utf-8", page(), HEADERS);
    } else if (streams.size() >= MOST_STREAMS) {
      exchange.respondError(503, MOST_STREAMS + " such pages are open");
    } else {
      exchange.stream(EventStreamOptions.defaults().withQueue(1 << 20, 16), this);
    }
  }

  private static boolean isFromHere(HttpRequest request) throws IOException {
    String host = request.header("host").orElse("");
    String name = host.replaceFirst(":\\d*$", "");
    String address = Presence.hostOf(request.remoteAddress()).replaceAll("[\\[\\]]", "");
    return LOCAL_NAMES.contains(name)
        && InetAddress.getByName(address).isLoopbackAddress()
        && SIGNS_OF_A_PROXY.stream().noneMatch(sign -> request.header(sign).isPresent());
  }

  @Override
  public void onOpen(EventStream stream) {
    streams.add(stream);
    stream.send(event());
  }

  @Override
  public void onClosed(EventStream stream, String reason) {
    streams.remove(stream);
  }

  /** Tells every open page how things are, once a second; called by the broker's tick. */
  void tick() {
    long now = parts.clock().nanoTime();
    if (streams.isEmpty() || now - sentNanos.get() < PERIOD.toNanos()) {
      return;
    }
    sentNanos.set(now);
    SseEvent event = event();
    streams.forEach(stream -> stream.send(event));
  }

  private SseEvent event() {
    return new SseEvent(
        Long.toString(number.incrementAndGet()), SseEvent.MESSAGE, snapshot().toString());
  }

  private Json snapshot() {
    return Json.object()
        .put("version", version)
        .put("uptime_s", parts.clock().since(startedNanos).toSeconds())
        .put("at", parts.clock().wallTime().toString())
        .put("connections", rooms.live())
        .put("strangers", strangers.getAsLong())
        .put("waiting", parts.store().waiting())
        .put("routed", parts.metrics().total(Counter.ROUTED))
        .put("delivered", parts.metrics().total(Counter.DELIVERED))
        .put("dead", parts.metrics().total(Counter.DEAD))
        .put("refused", counts(Counter.MESSAGES_REJECTED))
        .put("turned_away", counts(Counter.REJECTED))
        .put("ended", counts(Counter.ENDED))
        .put("meshes", Json.array(meshes()))
        .build();
  }

  private Json counts(Counter counter) {
    Json.Builder counts = Json.object();
    parts.metrics().counts(counter).forEach(counts::put);
    return counts.build();
  }

  private List<Json> meshes() {
    List<Json> rows = new ArrayList<>();
    for (Mesh mesh : meshesOfTheFolder()) {
      List<Presence> present = rooms.of(mesh).matching(presence -> true);
      rows.add(
          Json.object()
              .put("mesh", mesh.slug())
              .put("members", mesh.members().size())
              .put("present", present.size())
              .put(
                  "peers",
                  Json.array(present.stream().limit(MOST_ROWS).map(StatusPage::row).toList()))
              .build());
    }
    return rows;
  }

  private List<Mesh> meshesOfTheFolder() {
    try {
      return parts.directory().meshes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Json row(Presence presence) {
    var row = presence.row();
    return Json.object()
        .put("name", row.displayName())
        .put("role", row.role())
        .put("status", row.away() ? "away" : row.status())
        .put("summary", row.summary())
        .put("since", row.connectedAt())
        .build();
  }

  private static String page() throws IOException {
    try (InputStream in = StatusPage.class.getResourceAsStream("/claudemesh/broker/status.html")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
