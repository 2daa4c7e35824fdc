package claudemesh.http;

import claudemesh.http.UnixHttpException.Kind;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Speaks HTTP/1.1 to a server on a Unix socket: one connection a request, blocking, every wait
 * bounded. It stands on the way of short-lived programs, so it loads few classes: no {@code
 * java.net.http}, no patterns, no log. Immutable and thread-safe.
 */
public final class UnixHttpClient {

  private static final int LIST_SIZE = 64 << 20;

  private final Path socketFile;
  private final int maxBodyBytes;

  private UnixHttpClient(Path socketFile, int maxBodyBytes) {
    this.socketFile = socketFile;
    this.maxBodyBytes = maxBodyBytes;
  }

  /**
   * A client that takes answers of up to 64 MiB. Connects to nothing yet.
   *
   * @param socketFile the server's socket
   * @return the client
   */
  public static UnixHttpClient of(Path socketFile) {
    return new UnixHttpClient(socketFile, LIST_SIZE);
  }

  /**
   * The same with another limit.
   *
   * @param bytes longest body of an answer, and longest event of a stream; above 0
   * @return the changed client
   */
  public UnixHttpClient withMaxBodyBytes(int bytes) {
    HttpServerOptions.requirePositive("bytes", bytes);
    return new UnixHttpClient(socketFile, bytes);
  }

  /**
   * Asks, and waits for the whole answer.
   *
   * @param method such as {@code GET}
   * @param target path and query, percent-encoded
   * @param headers further fields; {@code Host}, {@code Connection} and {@code Content-Length} are
   *     added
   * @param body what to send as UTF-8; empty for none
   * @param timeout how long all of it may take, from connecting to the answer's last byte
   * @return the answer, of whatever status
   * @throws UnixHttpException if there is none
   */
  public UnixHttpReply request(
      String method, String target, Map<String, String> headers, String body, Duration timeout)
      throws UnixHttpException {
    UnixByteStream stream = open();
    try (Watchdog watchdog = Watchdog.over(stream, timeout.toNanos())) {
      try {
        ReplyReader reader = ask(stream, method, target, headers, body);
        byte[] bytes = reader.readBody(maxBodyBytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        return new UnixHttpReply(reader.status(), reader.headers(), text);
      } catch (IOException e) {
        throw failure(e, watchdog, timeout);
      }
    } finally {
      stream.close();
    }
  }

  /**
   * Asks for server-sent events, and waits for the answer's head.
   *
   * @param target path and query, percent-encoded
   * @param headers further fields, such as {@code Last-Event-ID}
   * @param timeout how long connecting and the head may take; events may take any time
   * @return the events, to be closed; or the answer that came instead, see {@link
   *     UnixEvents#refusal}
   * @throws UnixHttpException if there is no answer
   */
  public UnixEvents events(String target, Map<String, String> headers, Duration timeout)
      throws UnixHttpException {
    UnixByteStream stream = open();
    boolean handedOver = false;
    try (Watchdog watchdog = Watchdog.over(stream, timeout.toNanos())) {
      try {
        ReplyReader reader = ask(stream, "GET", target, headers, "");
        UnixEvents events = UnixEvents.read(stream, reader, maxBodyBytes);
        handedOver = true;
        return events;
      } catch (IOException e) {
        throw failure(e, watchdog, timeout);
      }
    } finally {
      if (!handedOver) {
        stream.close();
      }
    }
  }

  private ReplyReader ask(
      UnixByteStream stream, String method, String target, Map<String, String> headers, String body)
      throws IOException {
    byte[] request = encode(method, target, headers, body);
    connect(stream);
    ReplyReader reader = new ReplyReader(stream);
    IOException unsent = null;
    try {
      stream.write(request, 0, request.length);
    } catch (IOException e) {
      // A server that refuses a body answers before it has read it all.
      unsent = e;
    }
    try {
      reader.readHead(method);
    } catch (IOException e) {
      if (unsent != null) {
        unsent.addSuppressed(e);
        throw unsent;
      }
      throw e;
    }
    return reader;
  }

  private UnixByteStream open() throws UnixHttpException {
    try {
      return new UnixByteStream(SocketChannel.open(StandardProtocolFamily.UNIX));
    } catch (IOException e) {
      throw failure(e, null, Duration.ZERO);
    }
  }

  private void connect(UnixByteStream stream) throws IOException {
    try {
      stream.connect(UnixDomainSocketAddress.of(socketFile));
    } catch (IOException e) {
      if (!Files.exists(socketFile)) {
        throw new UnixHttpException(Kind.NO_SOCKET, "there is no socket " + socketFile, e);
      } else if (e instanceof ConnectException) {
        throw new UnixHttpException(Kind.REFUSED, "nobody listens on " + socketFile, e);
      } else if (e instanceof BindException) {
        throw new UnixHttpException(Kind.DENIED, "not permitted to use " + socketFile, e);
      }
      throw e;
    }
  }

  private UnixHttpException failure(IOException e, Watchdog watchdog, Duration timeout) {
    if (watchdog != null && watchdog.hasBitten()) {
      return new UnixHttpException(
          Kind.TIMEOUT,
          "no answer from " + socketFile + " within " + timeout.toMillis() + " ms",
          e);
    }
    return e instanceof UnixHttpException known
        ? known
        : new UnixHttpException(
            Kind.BROKEN, "the connection to " + socketFile + " broke: " + e.getMessage(), e);
  }

  private static byte[] encode(
      String method, String target, Map<String, String> headers, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(256);
    head.append(requirePlain(method)).append(' ').append(requirePlain(target));
    head.append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for (Map.Entry<String, String> field : headers.entrySet()) {
      head.append(requirePlain(field.getKey())).append(": ");
      head.append(requirePlain(field.getValue())).append("\r\n");
    }
    if (bytes.length > 0 || method.equals("POST") || method.equals("PUT")) {
      head.append("Content-Length: ").append(bytes.length).append("\r\n");
    }
    byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    byte[] request = new byte[start.length + bytes.length];
    System.arraycopy(start, 0, request, 0, start.length);
    System.arraycopy(bytes, 0, request, start.length, bytes.length);
    return request;
  }

  private static String requirePlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) == 0x7f) {
        throw new IllegalArgumentException("request: expected no control characters in its head");
      }
    }
    return text;
  }
}
