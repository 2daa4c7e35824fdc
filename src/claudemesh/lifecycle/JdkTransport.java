package claudemesh.lifecycle;

import claudemesh.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * WebSockets by {@code java.net.http}: one {@link HttpClient} for any number of connections, on
 * virtual threads. It follows no redirect (a signed hello must not travel), takes the HTTP proxy
 * from the environment and refuses a SOCKS proxy, which the JDK would silently go round.
 *
 * <p>{@link #tuneProcess()} must run before any class of {@code java.net.http} is loaded to have an
 * effect. Thread-safe.
 */
public final class JdkTransport implements Transport, AutoCloseable {

  /**
   * The size of the JDK's three buffers a connection, in bytes. The default of 16 KiB costs about
   * three times the memory an idle connection needs; below 4 KiB messages of ordinary size are cut
   * in so many pieces that their rate falls. `make bench` prints both.
   */
  static final int BUFFER_BYTES = 4096;

  /**
   * Their size in a process of thousands of connections that are nearly always idle: 6 KB less for
   * each, and messages of 4 KB at half the rate.
   */
  static final int SMALL_BUFFER_BYTES = 2048;

  private static final int BODY_SHOWN = 200;
  private static final int PROXY_AUTHENTICATION_REQUIRED = 407;
  private static final String TOO_MANY_ATTEMPTS = "too many authentication attempts";
  private static final Pattern NO_TUNNEL = Pattern.compile("Tunnel failed, got: (\\d+)");
  private static final String OTHER_CREDENTIALS =
      "the proxy asks for other credentials (HTTP 407): put them in https_proxy as"
          + " http://user:password@host:port";
  private static final String BY_A_CA_OF_YOUR_OWN =
      "; if the server has a certificate of your own, name its CA with --ca FILE";

  private static final class Shared {
    static final JdkTransport INSTANCE = new JdkTransport(TlsSettings.DEFAULT, System.getenv());
  }

  private final ExecutorService executor;
  private final HttpClient client;
  private final ProxySettings proxies;

  /**
   * A transport of its own.
   *
   * @param tls whom to trust and how to identify oneself
   * @param environment where proxies are named, for instance {@link System#getenv()}
   * @throws IllegalArgumentException if a certificate file cannot be used; the message names it
   */
  public JdkTransport(TlsSettings tls, Map<String, String> environment) {
    this.proxies = new ProxySettings(environment);
    this.executor = Executors.newVirtualThreadPerTaskExecutor();
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .executor(executor)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(proxies.selector());
    // The JDK takes a 401 without WWW-Authenticate for a fault of its own once it has one.
    proxies.authenticator().ifPresent(builder::authenticator);
    LateTls.prepare(builder, tls);
    this.client = builder.build();
  }

  /**
   * The transport of this process, with the system's trust and the environment's proxies.
   *
   * @return always the same one
   */
  public static JdkTransport shared() {
    return Shared.INSTANCE;
  }

  /**
   * The transport for some settings: the shared one where nothing distinguishes it, else one of its
   * own, which the caller closes.
   *
   * @param tls whom to trust and how to identify oneself
   * @param environment where proxies are named
   * @return the transport
   * @throws IllegalArgumentException if a certificate file cannot be used; the message names it
   */
  public static JdkTransport of(TlsSettings tls, Map<String, String> environment) {
    return tls.equals(TlsSettings.DEFAULT) && ProxySettings.sameWays(environment, System.getenv())
        ? shared()
        : new JdkTransport(tls, environment);
  }

  /**
   * Sends a request of plain HTTP the way that connections go: through the same proxy, trusting the
   * same certificates, following no redirect.
   *
   * @param request what to ask, with its own timeout
   * @return the answer; its body is to be closed
   * @throws IOException if there is none; the message says why, for people
   * @throws InterruptedException if the calling thread is interrupted
   * @throws IllegalArgumentException if the environment names a proxy that cannot be used
   */
  public HttpResponse<InputStream> send(HttpRequest request)
      throws IOException, InterruptedException {
    requireReachableInPrinciple(
        URI.create(request.uri().toString().replaceFirst("(?i)^http", "ws")));
    HttpResponse<InputStream> answer;
    try {
      answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      if (answer.body() != null) { // as it is not where a proxy has answered with 407
        return answer;
      }
    } catch (HttpTimeoutException e) {
      Duration limit = request.timeout().orElse(Duration.ZERO);
      throw new IOException("no answer within " + limit.toSeconds() + " s", e);
    } catch (IOException e) {
      throw new IOException(unsent(e), e);
    }
    throw new IOException(OTHER_CREDENTIALS);
  }

  private static String unsent(IOException failure) {
    String words = NetworkWords.of(failure);
    if (words.contains(TOO_MANY_ATTEMPTS)) {
      return OTHER_CREDENTIALS;
    }
    Matcher tunnel = NO_TUNNEL.matcher(words);
    if (tunnel.find()) {
      return "the proxy answered HTTP " + tunnel.group(1);
    }
    return NetworkWords.isUntrusted(failure) ? words + BY_A_CA_OF_YOUR_OWN : words;
  }

  /**
   * Sets the JDK's process-wide properties for many small connections, unless they are set: buffer
   * sizes, Basic credentials for proxies, and DNS answers that are not kept longer than they are
   * good. Call it first thing in {@code main}.
   */
  public static void tuneProcess() {
    tuneProcess(BUFFER_BYTES);
  }

  /**
   * The same for a process of thousands of connections, most of them idle: memory counts for more
   * there than the rate of large messages, so the buffers are smaller.
   */
  public static void tuneProcessForThousands() {
    tuneProcess(SMALL_BUFFER_BYTES);
  }

  private static void tuneProcess(int bufferBytes) {
    String size = Integer.toString(bufferBytes);
    setIfUnset("jdk.httpclient.websocket.writeBufferSize", size);
    setIfUnset("jdk.httpclient.websocket.intermediateBufferSize", size);
    setIfUnset("jdk.httpclient.bufsize", size);
    setIfUnset("jdk.http.auth.tunneling.disabledSchemes", "");
    java.security.Security.setProperty("networkaddress.cache.ttl", "30");
    java.security.Security.setProperty("networkaddress.cache.negative.ttl", "0");
  }

  private static void setIfUnset(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  @Override
  public void requireReachableInPrinciple(URI uri) {
    if (System.getProperty("socksProxyHost") != null) {
      throw new IllegalArgumentException(
          "socksProxyHost is set, but this program cannot use a SOCKS proxy: unset it, or name an"
              + " HTTP proxy in https_proxy");
    }
    proxies.proxyFor(uri);
  }

  @Override
  public Connection connect(Request request, Deadline deadline)
      throws ConnectException, InterruptedException {
    JdkConnection connection = new JdkConnection(request.inboundLimit());
    Duration timeout = deadline.left();
    // Resolving the host's name blocks whoever calls buildAsync, so that is not this thread.
    CompletableFuture<CompletableFuture<WebSocket>> started =
        startUpgrade(() -> build(request, connection, timeout));
    CompletableFuture<WebSocket> upgrade = started.thenCompose(Function.identity());
    try {
      // The future may complete before onOpen is called, or after: whichever comes first attaches.
      connection.attach(upgrade.get(deadline.leftNanos(), TimeUnit.NANOSECONDS));
      return connection;
    } catch (TimeoutException e) {
      throw giveUp(connection, started, new Ending.TimedOut(Ending.Phase.CONNECT, timeout));
    } catch (ExecutionException e) {
      throw giveUp(connection, started, endingOf(e.getCause(), request.uri(), timeout));
    } catch (InterruptedException e) {
      giveUp(connection, started, new Ending.Requested());
      throw e;
    }
  }

  private CompletableFuture<CompletableFuture<WebSocket>> startUpgrade(
      Supplier<CompletableFuture<WebSocket>> build) throws ConnectException {
    try {
      return CompletableFuture.supplyAsync(build, executor);
    } catch (RejectedExecutionException closed) {
      throw new ConnectException(new Ending.Requested()); // close() was for all of them
    }
  }

  private CompletableFuture<WebSocket> build(
      Request request, JdkConnection connection, Duration timeout) {
    WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(timeout);
    request
        .headers()
        .forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
    return builder.buildAsync(request.uri(), connection);
  }

  // Cancelling the JDK's own future closes its socket. The upgrade may still have succeeded behind
  // our back: abort() makes the late socket close itself.
  private static ConnectException giveUp(
      JdkConnection connection,
      CompletableFuture<CompletableFuture<WebSocket>> started,
      Ending ending) {
    connection.abort();
    started.thenAccept(upgrade -> upgrade.cancel(true));
    return new ConnectException(ending);
  }

  private Ending endingOf(Throwable failure, URI uri, Duration timeout) {
    var handshake = NetworkWords.find(failure, WebSocketHandshakeException.class);
    if (handshake != null && handshake.getResponse() != null) {
      return answered(handshake);
    }
    if (NetworkWords.isTimeout(failure)) {
      return new Ending.TimedOut(Ending.Phase.CONNECT, timeout);
    }
    String words = NetworkWords.of(failure);
    if (words.contains(TOO_MANY_ATTEMPTS)) { // only proxies are answered at all
      return otherCredentials();
    }
    if (NetworkWords.isDns(failure)) {
      return failed(Ending.ConnectStep.DNS, uri.getHost() + ": " + words);
    }
    if (NetworkWords.isUntrusted(failure)) {
      return failed(Ending.ConnectStep.UNTRUSTED, words + BY_A_CA_OF_YOUR_OWN);
    }
    if (NetworkWords.isTls(failure)) {
      return failed(Ending.ConnectStep.TLS, words);
    }
    Optional<URI> proxy = proxies.proxyFor(uri);
    String through = proxy.map(p -> " through the proxy " + p.getHost()).orElse("");
    return failed(Ending.ConnectStep.CONNECT, words + through);
  }

  private static Ending failed(Ending.ConnectStep step, String words) {
    return new Ending.ConnectFailed(step, words);
  }

  private static Ending otherCredentials() {
    return failed(Ending.ConnectStep.PROXY, OTHER_CREDENTIALS);
  }

  private static Ending answered(WebSocketHandshakeException handshake) {
    HttpResponse<?> response = handshake.getResponse();
    if (response.statusCode() == 101) {
      return failed(
          Ending.ConnectStep.CONNECT,
          "the server's answer to the upgrade is not a WebSocket's: "
              + NetworkWords.of(handshake.getCause() == null ? handshake : handshake.getCause()));
    }
    if (response.statusCode() == PROXY_AUTHENTICATION_REQUIRED) {
      return otherCredentials();
    }
    String body =
        switch (response.body()) {
          case null -> "";
          case byte[] bytes -> new String(bytes, StandardCharsets.UTF_8);
          default -> response.body().toString();
        };
    String shown = body.strip().lines().findFirst().orElse("");
    return new Ending.UpgradeRefused(
        response.statusCode(),
        retryAfter(response.headers(), Instant.now()),
        shown.substring(0, Math.min(shown.length(), BODY_SHOWN)));
  }

  /** RFC 9110 §10.2.3: a number of seconds or a date; anything else is as if it were not there. */
  static Optional<Duration> retryAfter(HttpHeaders headers, Instant now) {
    String value = headers.firstValue("Retry-After").orElse("").strip();
    if (value.matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
    }
    try {
      Instant at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(Duration.between(now, at)).filter(wait -> !wait.isNegative());
    } catch (DateTimeParseException notADate) {
      return Optional.empty();
    }
  }

  /**
   * Cuts what is still open and stops the client's threads, so that the process can leave at once.
   * Lifecycles should be closed before; those that are not, end.
   */
  @Override
  public void close() {
    client.shutdownNow();
    try {
      client.awaitTermination(Duration.ofMillis(500));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    executor.shutdownNow();
  }
}
