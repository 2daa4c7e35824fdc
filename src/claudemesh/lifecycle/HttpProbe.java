package claudemesh.lifecycle;

import claudemesh.time.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * One question to whatever listens on a socket, and the beginning of its answer, read with patience
 * for anything: it may be no HTTP at all, never end, or never begin. Reads nothing behind the head
 * but the start of a body that is there at once. For one thread.
 */
final class HttpProbe {

  private static final int MAX_HEAD = 16 << 10;
  private static final int SHOWN = 120;
  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.[01] +([1-5]\\d\\d)(?: (.*))?");

  private final Socket socket;
  private final Deadline deadline;
  private final ByteArrayOutputStream read = new ByteArrayOutputStream();

  private HttpProbe(Socket socket, Deadline deadline) {
    this.socket = socket;
    this.deadline = deadline;
  }

  /**
   * Asks.
   *
   * @param socket an open connection; stays open
   * @param head the request's head without the blank line at its end
   * @param deadline when the answer's head must be there
   * @return the answer
   * @throws IOException if there is none, or what came is no HTTP; the message says what came
   */
  static HttpAnswer ask(Socket socket, List<String> head, Deadline deadline) throws IOException {
    String text = String.join("\r\n", head) + "\r\n\r\n";
    SocketException unsent = null;
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
    } catch (SocketException e) { // it closed before it was asked: why may be there to be read
      unsent = e;
    } catch (SSLException e) {
      throw broken(e);
    }
    try {
      return new HttpProbe(socket, deadline).answer();
    } catch (SSLException e) {
      throw broken(e);
    } catch (SocketException e) {
      throw broken(unsent == null ? e : unsent);
    }
  }

  /** Its own message may be missing. */
  private static IOException broken(IOException e) {
    return new IOException("the connection broke: " + NetworkWords.of(e), e);
  }

  private HttpAnswer answer() throws IOException {
    String all = readHead();
    int end = all.indexOf("\r\n\r\n");
    List<String> lines = all.substring(0, end).lines().toList();
    Matcher first = STATUS_LINE.matcher(lines.getFirst());
    if (!first.matches()) {
      throw notHttp(all);
    }
    Map<String, String> headers = new HashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        headers.putIfAbsent(name, line.substring(colon + 1).strip());
      }
    }
    String reason = first.group(2) == null ? "" : first.group(2).strip();
    int status = Integer.parseInt(first.group(1));
    return new HttpAnswer(status, cut(reason), Map.copyOf(headers), body(status, end + 4));
  }

  private String readHead() throws IOException {
    while (true) {
      String all = text();
      if (all.contains("\r\n\r\n")) {
        return all;
      }
      boolean hopeless = !"HTTP/".startsWith(all.substring(0, Math.min(5, all.length())));
      if (hopeless || read.size() > MAX_HEAD) {
        throw notHttp(all);
      }
      if (!readSome(deadline)) {
        throw all.isEmpty()
            ? new IOException("it closed the connection without an answer")
            : new IOException("it closed the connection within its answer: " + shown(all));
      }
    }
  }

  /** The start of a body, if it is there already or comes with the server's own end. */
  private String body(int status, int from) throws IOException {
    if (status < 300) { // nothing that would explain anything
      return "";
    }
    InputStream in = socket.getInputStream();
    while (text().length() <= from + SHOWN && in.available() > 0 && readSome(deadline)) {
      continue;
    }
    Optional<String> first =
        text().substring(from).lines().filter(line -> !line.isBlank()).findFirst();
    return first.map(line -> cut(line.strip())).orElse("");
  }

  private boolean readSome(Deadline until) throws IOException {
    byte[] buffer = new byte[2048];
    socket.setSoTimeout(Way.millis(until));
    try {
      int count = socket.getInputStream().read(buffer);
      read.write(buffer, 0, Math.max(count, 0));
      return count >= 0;
    } catch (SocketTimeoutException e) {
      throw new IOException(
          read.size() == 0
              ? "it took the connection and gave no answer in time"
              : "its answer did not end in time: " + shown(text()),
          e);
    }
  }

  private String text() {
    return read.toString(StandardCharsets.UTF_8);
  }

  private static IOException notHttp(String all) {
    return new IOException("what it answered is no HTTP: " + shown(all));
  }

  private static String shown(String all) {
    return "\"" + cut(all.lines().findFirst().orElse("")) + "\"";
  }

  private static String cut(String line) {
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
  }
}
