package claudemesh.http;

import claudemesh.http.UnixHttpException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The events of one answer, one by one (HTML standard, §9.2.6). One thread takes them; any may
 * close. Comments are passed over, and so is an event that the connection's end cut in two.
 */
public final class UnixEvents implements AutoCloseable {

  private final ByteStream stream;
  private final ReplyReader reader;
  private final int maxBytes;
  private final Optional<UnixHttpReply> refusal;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);

  private StringBuilder data = new StringBuilder();
  private String event = SseEvent.MESSAGE;
  private boolean hasData;
  private boolean afterReturn;
  private boolean begun;
  private volatile String lastEventId = "";
  private volatile boolean closed;

  private UnixEvents(
      ByteStream stream, ReplyReader reader, int maxBytes, Optional<UnixHttpReply> refusal) {
    this.stream = stream;
    this.reader = reader;
    this.maxBytes = maxBytes;
    this.refusal = refusal;
  }

  /** Takes over a connection whose answer's head was read. */
  static UnixEvents read(ByteStream stream, ReplyReader reader, int maxBytes) throws IOException {
    String type = reader.headers().first("Content-Type").orElse("");
    if (reader.status() == 200 && type.startsWith("text/event-stream")) {
      return new UnixEvents(stream, reader, maxBytes, Optional.empty());
    }
    String body = new String(reader.readBody(maxBytes), StandardCharsets.UTF_8);
    stream.close();
    UnixHttpReply reply = new UnixHttpReply(reader.status(), reader.headers(), body);
    return new UnixEvents(stream, reader, maxBytes, Optional.of(reply));
  }

  /**
   * The answer, if it is not a stream of events.
   *
   * @return what came instead; empty if there are events
   */
  public Optional<UnixHttpReply> refusal() {
    return refusal;
  }

  /**
   * Waits for the next event, for as long as that takes.
   *
   * @return the event; empty when the server has ended the stream, or after {@link #close}
   * @throws UnixHttpException if the connection breaks, or an event is too large
   */
  public Optional<SseEvent> next() throws UnixHttpException {
    if (refusal.isPresent()) {
      return Optional.empty();
    }
    try {
      while (!closed && nextLine()) {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (text.isEmpty() && hasData) {
          return Optional.of(take());
        } else if (text.isEmpty()) {
          forget();
        } else {
          field(text);
        }
      }
      return Optional.empty();
    } catch (UnixHttpException e) {
      return endedBy(e);
    } catch (IOException e) {
      return endedBy(
          new UnixHttpException(Kind.BROKEN, "the stream of events broke: " + e.getMessage(), e));
    }
  }

  private Optional<SseEvent> endedBy(UnixHttpException failure) throws UnixHttpException {
    if (closed) {
      return Optional.empty();
    }
    throw failure;
  }

  /**
   * What to name as {@code Last-Event-ID} when coming back.
   *
   * @return the last id seen; empty if none was
   */
  public String lastEventId() {
    return lastEventId;
  }

  /** Ends the stream, from any thread: a waiting {@link #next} returns empty. Idempotent. */
  @Override
  public void close() {
    closed = true;
    stream.close();
  }

  /** Fills {@link #line}; false at the end. A line ends in CR LF, LF or CR. */
  private boolean nextLine() throws IOException {
    for (int count = reader.more(); count > 0; count = reader.more()) {
      int used = 0;
      boolean ended = false;
      while (used < count && !ended) {
        int unit = reader.peek(used++);
        boolean secondHalf = afterReturn && unit == '\n';
        afterReturn = unit == '\r';
        ended = !secondHalf && (unit == '\n' || unit == '\r');
        if (!ended && !secondHalf) {
          line.write(unit);
        }
      }
      reader.use(used);
      requireRoom();
      if (ended) {
        return true;
      }
    }
    return false;
  }

  private void requireRoom() throws UnixHttpException {
    if ((long) line.size() + data.length() > maxBytes) {
      throw new UnixHttpException(
          Kind.TOO_LARGE, "an event is larger than " + maxBytes + " bytes", null);
    }
  }

  private void field(String text) {
    String plain = !begun && text.charAt(0) == '\ufeff' ? text.substring(1) : text;
    begun = true;
    int colon = plain.indexOf(':');
    String name = colon < 0 ? plain : plain.substring(0, colon);
    String value = colon < 0 ? "" : plain.substring(colon + 1);
    if (value.startsWith(" ")) {
      value = value.substring(1);
    }
    if (name.equals("data")) {
      if (hasData) {
        data.append('\n');
      }
      data.append(value);
      hasData = true;
    } else if (name.equals("event") && value.indexOf('\0') < 0) {
      event = value.isEmpty() ? SseEvent.MESSAGE : value;
    } else if (name.equals("id") && value.indexOf('\0') < 0) {
      lastEventId = value;
    }
  }

  private SseEvent take() {
    SseEvent whole = new SseEvent(lastEventId, event, data.toString());
    forget();
    return whole;
  }

  private void forget() {
    data = new StringBuilder();
    event = SseEvent.MESSAGE;
    hasData = false;
  }
}
