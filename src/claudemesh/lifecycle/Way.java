package claudemesh.lifecycle;

import claudemesh.time.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The way to a WebSocket server, a step at a time, for looking at what stands in it. It is the way
 * that {@link JdkTransport} goes with the same settings and environment:
 *
 * <pre>
 *   resolve ──► reach ───────────────┬──► secure ──► upgrade
 *   resolve ──► reach ──► tunnel ────┘        └────► ask
 *     (the proxy's name, if there is one)
 * </pre>
 *
 * <p>Each step begins anew, with a connection of its own that is closed again; none outlives its
 * deadline. Messages of what they throw are half sentences for people, in which the other side's
 * words are not escaped. Immutable; its methods block and may be called from any thread.
 */
public final class Way {

  private static final String ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** RFC 6455 §5.2: a masked close frame with code 1001, under a mask of zeros. */
  private static final byte[] GOING_AWAY = {
    (byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 0x03, (byte) 0xe9
  };

  private final URI target;
  private final TlsSettings tls;
  private final ProxySettings proxies;
  private final Optional<InetAddress> first;

  private Way(URI target, TlsSettings tls, ProxySettings proxies, Optional<InetAddress> first) {
    this.target = target;
    this.tls = tls;
    this.proxies = proxies;
    this.first = first;
  }

  /**
   * The way to a server. Goes nowhere yet.
   *
   * @param address a {@code ws} or {@code wss} address
   * @param tls whom to trust and how to identify oneself
   * @param environment where proxies are named
   * @return the way
   * @throws IllegalArgumentException if it is no such address; the message says why
   */
  public static Way to(String address, TlsSettings tls, Map<String, String> environment) {
    URI target = WsOptions.requireWebSocketUri(address);
    return new Way(target, tls, new ProxySettings(environment), Optional.empty());
  }

  /**
   * The same way by a certain address of the first host on it, which {@link #resolve} has found.
   *
   * @param address where to connect to
   * @return a copy
   */
  public Way by(InetAddress address) {
    return new Way(target, tls, proxies, Optional.of(address));
  }

  /**
   * The server's name or address, without the brackets of IPv6.
   *
   * @return the host
   */
  public String host() {
    return target.getHost().replaceAll("^\\[|]$", "");
  }

  /**
   * The server's port.
   *
   * @return the port of the address, else 443 or 80
   */
  public int port() {
    return target.getPort() >= 0 ? target.getPort() : isSecure() ? 443 : 80;
  }

  /**
   * Whether the server is spoken to over TLS.
   *
   * @return true for {@code wss}
   */
  public boolean isSecure() {
    return "wss".equalsIgnoreCase(target.getScheme());
  }

  /**
   * The proxy on this way.
   *
   * @return the proxy; empty if the way is straight
   * @throws IllegalArgumentException if the environment names one that cannot be used
   */
  public Optional<NamedProxy> proxy() {
    return proxies
        .proxyFor(target)
        .map(
            proxy ->
                new NamedProxy(
                    proxies.spelled(proxies.variableFor(target).orElseThrow()),
                    proxy.getHost().replaceAll("^\\[|]$", ""),
                    ProxySettings.portOf(proxy),
                    proxy.getRawUserInfo() != null));
  }

  /**
   * The variable that names a proxy which this way goes round, because {@code no_proxy} lists the
   * host.
   *
   * @return the variable; empty if there is no such exception
   */
  public Optional<String> exceptedFrom() {
    return proxies.isExcepted(target.getHost())
        ? proxies.variableFor(target).map(proxies::spelled)
        : Optional.empty();
  }

  // ── steps ────────────────────────────────────────────────────────────────────────────────────

  /**
   * Looks a name up.
   *
   * @param host a name, or an address, which is its own answer
   * @param deadline when the resolver must have answered; it is left to itself after that
   * @return its addresses, at least one; connections go to the first one
   * @throws IOException if it has none, or nobody answers
   * @throws InterruptedException if the calling thread is interrupted
   */
  public static List<InetAddress> resolve(String host, Deadline deadline)
      throws IOException, InterruptedException {
    CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("resolve")
        .start(
            () -> {
              try {
                answer.complete(List.of(InetAddress.getAllByName(host)));
              } catch (UnknownHostException | RuntimeException e) {
                answer.completeExceptionally(e);
              }
            });
    try {
      return answer.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException("the resolver did not answer in time", e);
    } catch (ExecutionException e) {
      throw new IOException(NetworkWords.of(e), e);
    }
  }

  /**
   * Connects and leaves again.
   *
   * @param address where to
   * @param port the port there
   * @param deadline when the connection must be there
   * @throws IOException if there is none
   */
  public static void reach(InetAddress address, int port, Deadline deadline) throws IOException {
    connect(new InetSocketAddress(address, port), deadline).close();
  }

  /**
   * Asks the proxy for a tunnel to the server, with its credentials if it has any.
   *
   * @param deadline when it must have answered
   * @return its answer, 200 if there is a tunnel
   * @throws IOException if it cannot be reached or answers with something else
   * @throws IllegalStateException if there is no proxy on this way
   */
  public HttpAnswer tunnel(Deadline deadline) throws IOException {
    try (Socket socket = connectFirst(deadline)) {
      return tunnel(socket, deadline);
    }
  }

  /**
   * Does the TLS handshake.
   *
   * @param deadline when it must be done
   * @return what it showed
   * @throws IOException if it does not come to a handshake
   * @throws IllegalArgumentException if a file of the settings cannot be used
   */
  public TlsFacts secure(Deadline deadline) throws IOException {
    try (Socket socket = plain(deadline)) {
      return new TlsProbe(host(), port(), tls).over(socket, deadline).facts();
    }
  }

  /**
   * Asks for a WebSocket, and takes leave of it at once if there is one.
   *
   * @param deadline when the answer must be there
   * @return the answer, 101 if there is a WebSocket
   * @throws IOException if there is no answer, or one that no WebSocket server gives
   */
  public HttpAnswer upgrade(Deadline deadline) throws IOException {
    byte[] nonce = new byte[16];
    new SecureRandom().nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    try (Socket socket = open(deadline)) {
      HttpAnswer answer =
          HttpProbe.ask(
              socket,
              List.of(
                  "GET " + path() + " HTTP/1.1",
                  "Host: " + authority(),
                  "Upgrade: websocket",
                  "Connection: Upgrade",
                  "Sec-WebSocket-Key: " + key,
                  "Sec-WebSocket-Version: 13"),
              deadline);
      if (answer.status() == 101) {
        requireAccepted(answer, key);
        socket.getOutputStream().write(GOING_AWAY);
        socket.getOutputStream().flush();
      }
      return answer;
    }
  }

  /**
   * Asks the same server for something beside its WebSocket.
   *
   * @param name what stands in the address in place of the last {@code ws}, such as {@code health}
   * @param deadline when the answer must be there
   * @return the answer, whatever its status
   * @throws IOException if there is none
   */
  public HttpAnswer ask(String name, Deadline deadline) throws IOException {
    String folder = path().replaceFirst("\\?.*", "").replaceFirst("(/ws)?/*$", "");
    try (Socket socket = open(deadline)) {
      return HttpProbe.ask(
          socket,
          List.of(
              "GET " + folder + "/" + name + " HTTP/1.1",
              "Host: " + authority(),
              "Accept: application/json",
              "Connection: close"),
          deadline);
    }
  }

  // ── connections ──────────────────────────────────────────────────────────────────────────────

  private Socket open(Deadline deadline) throws IOException {
    Socket plain = plain(deadline);
    try {
      if (!isSecure()) {
        return plain;
      }
      TlsProbe.Secured secured = new TlsProbe(host(), port(), tls).over(plain, deadline);
      if (secured.socket().isEmpty()) {
        throw new IOException(secured.facts().trouble().orElseThrow().words());
      }
      return secured.socket().get();
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  private Socket plain(Deadline deadline) throws IOException {
    Socket socket = connectFirst(deadline);
    try {
      if (proxy().isPresent()) {
        HttpAnswer answer = tunnel(socket, deadline);
        if (answer.status() != 200) {
          throw new IOException("the proxy answered " + answer.words());
        }
      }
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private Socket connectFirst(Deadline deadline) throws IOException {
    Optional<NamedProxy> proxy = proxy();
    String name = proxy.map(NamedProxy::host).orElse(host());
    int port = proxy.map(NamedProxy::port).orElse(port());
    InetAddress address = first.isPresent() ? first.get() : InetAddress.getByName(name);
    return connect(new InetSocketAddress(address, port), deadline);
  }

  private static Socket connect(InetSocketAddress address, Deadline deadline) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(address, millis(deadline));
      return socket;
    } catch (SocketTimeoutException e) {
      socket.close();
      throw new IOException("no answer in time: a firewall may drop what is sent there", e);
    } catch (IOException e) {
      socket.close();
      throw new IOException(NetworkWords.of(e), e);
    }
  }

  private HttpAnswer tunnel(Socket socket, Deadline deadline) throws IOException {
    NamedProxy proxy =
        proxy().orElseThrow(() -> new IllegalStateException("there is no proxy on this way"));
    List<String> head = new ArrayList<>();
    head.add("CONNECT " + hostAndPort() + " HTTP/1.1");
    head.add("Host: " + hostAndPort());
    String written = proxy.host().contains(":") ? "[" + proxy.host() + "]" : proxy.host();
    proxies
        .credentialsFor(written, proxy.port())
        .ifPresent(credentials -> head.add("Proxy-Authorization: Basic " + basic(credentials)));
    return HttpProbe.ask(socket, head, deadline);
  }

  private static String basic(PasswordAuthentication credentials) {
    String both = credentials.getUserName() + ":" + new String(credentials.getPassword());
    return Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
  }

  /** RFC 6455 §4.2.2: the answer proves that it was made for this key. */
  private static void requireAccepted(HttpAnswer answer, String key) throws IOException {
    String expected;
    try {
      byte[] salted = (key + ACCEPT_SALT).getBytes(StandardCharsets.US_ASCII);
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(salted);
      expected = Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
    String found = answer.header("Sec-WebSocket-Accept").orElse("nothing");
    if (!found.equals(expected)) {
      throw new IOException(
          "it answered 101, but not as a WebSocket server: expected Sec-WebSocket-Accept "
              + expected
              + ", found "
              + found);
    }
  }

  private String path() {
    String path = target.getRawPath() == null ? "" : target.getRawPath();
    String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
    return (path.isEmpty() ? "/" : path) + query;
  }

  private String hostAndPort() {
    return target.getHost() + ":" + port();
  }

  private String authority() {
    return target.getPort() < 0 ? target.getHost() : hostAndPort();
  }

  /** What is left, for calls that take milliseconds and take 0 for ever. */
  static int millis(Deadline deadline) {
    return (int) Math.clamp(deadline.left().toMillis(), 1L, Integer.MAX_VALUE);
  }
}
