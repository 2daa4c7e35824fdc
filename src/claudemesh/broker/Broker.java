package claudemesh.broker;

import claudemesh.http.HttpServer;
import claudemesh.http.HttpServerOptions;
import claudemesh.http.ServerTls;
import claudemesh.http.WsServerOptions;
import claudemesh.json.Log;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A running broker: one data folder, one port, any number of meshes.
 *
 * <pre>
 *   HttpServer ─► BrokerHttp ─► BrokerConnection ─► Gate            who is it?
 *   (a thread a connection)           │
 *                                     ▼
 *                               Conversation ─► Sending ─► MailboxStore
 *                                     │                        │
 *                                     ▼                        ▼
 *                                 MeshRoom ◄────────────── Mailroom
 *                          presences, routes, order
 * </pre>
 *
 * <p>Meshes, members, invites, bans, mail and what meshes know are on disk, each before anybody is
 * told so; a broker killed at any moment goes on from there. Only with {@link
 * BrokerOptions#inMemory} mail and what meshes know end with the process. Safe from any thread.
 */
public final class Broker implements AutoCloseable {

  private static final Duration LOOK_PERIOD = Duration.ofSeconds(1);
  private static final Duration LONGEST_STEP = Duration.ofSeconds(2);
  private static final int MOST_FRAMES = 10_000;
  private static final Duration TIDY_PERIOD = Duration.ofMinutes(1);

  private final BrokerParts parts;
  private final Greetings greetings;
  private final Rooms rooms;
  private final BrokerHold hold;
  private final Optional<ServerTls> tls;
  private final AtomicLong lookedNanos;
  private final AtomicLong servedNanos;
  private final BrokerHttp http;
  private final HttpServer server;
  private final ScheduledExecutorService ticker;
  private final AtomicLong tidiedNanos;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Broker(BrokerParts parts, BrokerHold hold) throws IOException {
    this.parts = parts;
    this.hold = hold;
    this.greetings = new Greetings(parts.clock(), parts.options().helloTimeout());
    this.rooms = new Rooms(parts);
    this.tidiedNanos = new AtomicLong(parts.clock().nanoTime());
    Optional<TlsFiles> files = parts.options().tls();
    this.tls =
        files.isPresent()
            ? Optional.of(ServerTls.load(files.get().certificate(), files.get().key()))
            : Optional.empty();
    this.lookedNanos = new AtomicLong(parts.clock().nanoTime());
    this.servedNanos = new AtomicLong(parts.clock().nanoTime());
    this.http = http();
    this.server = serve();
    this.ticker =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("broker-ticker").daemon().factory());
  }

  /**
   * Takes the data folder, binds, and serves until closed.
   *
   * @param options where, and the limits
   * @return the running broker
   * @throws IOException if another broker uses the folder, a file in it is damaged, or the address
   *     cannot be had; the message names it and the cure
   */
  public static Broker start(BrokerOptions options) throws IOException {
    MeshDirectory directory = MeshDirectory.open(options.dataFolder(), options.clock());
    BrokerHold hold = BrokerHold.take(directory.folder(), options.sleeper());
    try {
      return start(BrokerParts.open(options, directory), hold);
    } catch (IOException | RuntimeException e) {
      hold.close();
      throw e;
    }
  }

  private static Broker start(BrokerParts parts, BrokerHold hold) throws IOException {
    try {
      Broker broker = new Broker(parts, hold);
      broker.begin();
      return broker;
    } catch (IOException | RuntimeException e) {
      parts.store().close();
      throw e;
    }
  }

  private BrokerHttp http() {
    SocketLimits limits = parts.options().socketLimits();
    Gate gate = new Gate(parts.directory(), parts.clock(), rooms::hasNoRoomFor);
    return new BrokerHttp(
        parts,
        rooms,
        greetings,
        tls.map(certificate -> certificate::expires),
        WsServerOptions.defaults()
            .withMaxQueued(limits.maxBufferBytes(), MOST_FRAMES)
            .withWriteTimeout(limits.stall()),
        () -> new BrokerConnection(parts, greetings, gate, rooms));
  }

  private HttpServer serve() throws IOException {
    BrokerOptions options = parts.options();
    SocketLimits limits = options.socketLimits();
    HttpServerOptions plain =
        HttpServerOptions.listeningOn(options.host(), options.port())
            .withMaxConnections(limits.maxSockets())
            .withMaxPerAddress(options.maxStrangersPerAddress())
            .withHead(limits.maxHeadBytes(), options.helloTimeout())
            .withMaxBodyBytes(limits.maxBodyBytes())
            .withRefusals(parts.refusals());
    HttpServerOptions timed = hasOwnTime() ? plain : plain.withTickPeriod(Duration.ZERO);
    return HttpServer.start(tls.map(timed::withTls).orElse(timed), http);
  }

  private boolean hasOwnTime() {
    return parts.options().tickPeriod().isPositive();
  }

  private void begin() throws IOException {
    try {
      hold.announce(url());
    } catch (IOException e) {
      server.close();
      throw e;
    }
    if (hasOwnTime()) {
      long period = parts.options().tickPeriod().toNanos();
      ticker.scheduleWithFixedDelay(this::tickSafely, period, period, TimeUnit.NANOSECONDS);
    }
    Log.info("broker_started", "url", url(), "data", parts.directory().folder());
  }

  /**
   * Where clients connect.
   *
   * @return {@code ws://host:port/ws}, with the port that the system chose; the loopback address if
   *     it listens on all. Over TLS {@code wss:}, and a host that the certificate is for: the one
   *     to listen on if it can be, else the first that it names
   */
  public URI url() {
    InetSocketAddress address = server.address();
    InetAddress host = address.getAddress();
    String name = host.isAnyLocalAddress() ? "127.0.0.1" : host.getHostAddress();
    String shown = tls.map(certificate -> nameFor(certificate, name)).orElse(name);
    String literal = shown.contains(":") ? "[" + shown + "]" : shown;
    String scheme = tls.isPresent() ? "wss" : "ws";
    return URI.create(scheme + "://" + literal + ":" + address.getPort() + "/ws");
  }

  private String nameFor(ServerTls certificate, String address) {
    List<String> names = certificate.names();
    String asked = parts.options().host();
    if (names.isEmpty() || names.contains(asked)) {
      return asked;
    }
    return names.contains(address) ? address : names.getFirst();
  }

  /**
   * The meshes it serves. Other processes may open the same folder beside it.
   *
   * @return the data folder's meshes
   */
  public MeshDirectory directory() {
    return parts.directory();
  }

  /** How many connections have said a good hello and are not closed. */
  int live() {
    return rooms.live();
  }

  /** How many sockets it holds, whether or not they have said anything. */
  int sockets() {
    return server.connections();
  }

  /**
   * Looks at every timer: hellos overdue, presences past their grace, leases that have ended, mail
   * too old. Called by the broker itself unless its tick period is zero; then it moves the sockets'
   * time on as well, by two seconds at most: a pause of this process is not the peers'.
   */
  public void tick() {
    tickSockets();
    greetings.takeOverdue().forEach(late -> BrokerConnection.timeOut(late, parts));
    rooms.tick();
    http.tick();
    rooms.deliver(parts.store().reclaim());
    long now = parts.clock().nanoTime();
    if (tls.isPresent() && now - lookedNanos.get() >= LOOK_PERIOD.toNanos()) {
      lookedNanos.set(now);
      tls.get().reloadIfChanged();
    }
    if (now - tidiedNanos.get() >= TIDY_PERIOD.toNanos()) {
      tidiedNanos.set(now);
      rooms.tidy();
      int dead = parts.store().expire();
      parts.metrics().add(Metrics.Counter.DEAD, dead);
      if (dead > 0) {
        Log.warn("mail_expired", "messages", dead);
      }
    }
  }

  private void tickSockets() {
    if (!hasOwnTime()) {
      long now = parts.clock().nanoTime();
      long passed = now - servedNanos.getAndSet(now);
      server.tick(Duration.ofNanos(Math.min(passed, LONGEST_STEP.toNanos())));
    }
  }

  // An exception would end the ticking for good, and with it every timer.
  private void tickSafely() {
    try {
      tick();
    } catch (RuntimeException e) {
      Log.error("tick_failed", "error", e);
    }
  }

  /** Closes every connection with 1001, frees port and data folder. Idempotent. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    ticker.shutdownNow();
    server.close();
    parts.store().close();
    try {
      hold.close();
    } catch (IOException e) {
      Log.warn("data_folder_not_freed", "folder", parts.directory().folder(), "error", e);
    }
    Log.info("broker_stopped");
  }
}
