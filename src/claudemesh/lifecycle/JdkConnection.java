package claudemesh.lifecycle;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One {@link WebSocket} of the JDK as a {@link Transport.Connection}: its callbacks become events
 * in a bounded queue.
 *
 * <p>The JDK answers pings only while demand is outstanding, so demand is given as long as the
 * queue has room and not one message at a time; a listener that works for a minute must not look
 * dead to the peer. Callbacks only {@code offer}: they run on the shared client's threads.
 */
final class JdkConnection implements Transport.Connection, WebSocket.Listener {

  /** So many events, or so many characters of text, may wait for the loop. */
  private static final int MAX_EVENTS = 256;

  private static final int MAX_CHARACTERS = 2 << 20;

  /** How long the end waits for a better cause, or for our close frame to go out. */
  private static final long LAST_WORDS_NANOS = 1_000_000_000L;

  /**
   * So many characters of a text are handed over at once. The JDK (21 and 25) loses a frame's
   * payload when the frame's header fills its write buffer to the last byte. Each frame moves the
   * header on by at most 8 bytes, so with buffers of 4 KiB that takes 2 MB in one call, with 1 KiB
   * 130 KB.
   */
  private static final int MAX_PART = 32 << 10;

  private final int inboundLimit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Queue<Transport.Event> events = new ArrayDeque<>(1); // grows when needed
  private final StringBuilder partial = new StringBuilder(0);
  private long messageBytes;
  private long queuedCharacters;
  private Transport.Event.Ended lastWords;
  private long lastWordsAt;
  private boolean demandOwed;
  private boolean woken;
  private boolean finished;
  private boolean aborted;
  private WebSocket webSocket;
  private CompletableFuture<?> lastPing = CompletableFuture.completedFuture(null);

  JdkConnection(int inboundLimit) {
    this.inboundLimit = inboundLimit;
  }

  // ── called by the loop ───────────────────────────────────────────────────────────────────────

  @Override
  public Transport.Event receive(Duration timeout) throws InterruptedException {
    boolean giveDemand;
    Transport.Event event;
    lock.lockInterruptibly();
    try {
      event = next(timeout.toNanos());
      if (event instanceof Transport.Event.Text text) {
        queuedCharacters -= text.text().length();
      }
      giveDemand = demandOwed && hasRoom();
      demandOwed &= !giveDemand;
    } finally {
      lock.unlock();
    }
    if (giveDemand) {
      webSocket.request(1);
    }
    return event;
  }

  private Transport.Event next(long timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout;
    long left = timeout;
    while (events.isEmpty() && !woken && left > 0) {
      arrived.awaitNanos(lastWords == null ? left : Math.min(left, lastWordsLeft()));
      left = lastWords != null && lastWordsLeft() <= 0 ? 0 : deadline - System.nanoTime();
    }
    woken = false;
    if (events.isEmpty() && lastWords != null && lastWordsLeft() <= 0 && !finished) {
      finished = true;
      return lastWords;
    }
    return events.poll();
  }

  private long lastWordsLeft() {
    return lastWordsAt - System.nanoTime();
  }

  @Override
  public void wake() {
    lock.lock();
    try {
      woken = true;
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<?> sendText(String text, Runnable onPart) {
    return orEnd(sendFrom(text, 0, onPart));
  }

  private CompletableFuture<WebSocket> sendFrom(String text, int start, Runnable onPart) {
    int end = Math.min(start + MAX_PART, text.length());
    if (end == text.length()) {
      return webSocket.sendText(text.substring(start), true);
    }
    int partEnd = Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
    return webSocket
        .sendText(text.substring(start, partEnd), false)
        .thenCompose(
            sent -> {
              onPart.run();
              return sendFrom(text, partEnd, onPart);
            });
  }

  @Override
  public void sendPing() {
    if (lastPing.isDone()) {
      lastPing = orEnd(webSocket.sendPing(ByteBuffer.allocate(0)));
    }
  }

  // The JDK tells of a failed write nobody but its caller. What the peer said last may still come.
  private CompletableFuture<?> orEnd(CompletableFuture<?> write) {
    write.whenComplete(
        (written, failure) -> {
          if (failure != null) {
            endSoon(new Transport.Event.Ended(new Ending.Lost(NetworkWords.of(failure))));
          }
        });
    return write;
  }

  private void endSoon(Transport.Event.Ended ended) {
    lock.lock();
    try {
      if (lastWords == null) {
        lastWords = ended;
        lastWordsAt = System.nanoTime() + LAST_WORDS_NANOS;
        arrived.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<?> sendClose(int code, String reason) {
    return webSocket.sendClose(isSendable(code) ? code : 1008, fitting(reason));
  }

  // The JDK refuses to send any other code; a peer that broke a rule is told "policy violation".
  private static boolean isSendable(int code) {
    return code == 1000 || code == 1001 || code == 1008 || code == 1011 || code >= 3000;
  }

  // RFC 6455 §5.5: a control frame has at most 125 bytes, two of which are the code.
  private static String fitting(String reason) {
    int end = Math.min(reason.length(), 123);
    StringBuilder ascii = new StringBuilder(end);
    reason.chars().limit(end).forEach(c -> ascii.append(c < 0x80 ? (char) c : '?'));
    return ascii.toString();
  }

  @Override
  public void abort() {
    WebSocket open;
    lock.lock();
    try {
      aborted = true;
      finished = true;
      open = webSocket;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.abort(); // gives no callback: the loop knows that it did this
    }
  }

  // ── called by the JDK ────────────────────────────────────────────────────────────────────────

  @Override
  public void onOpen(WebSocket opened) {
    attach(opened);
    opened.request(1);
  }

  /** Takes the socket; cuts it if the attempt was given up while the upgrade was under way. */
  void attach(WebSocket opened) {
    boolean tooLate;
    lock.lock();
    try {
      webSocket = opened;
      tooLate = aborted;
    } finally {
      lock.unlock();
    }
    if (tooLate) {
      opened.abort();
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket source, CharSequence data, boolean last) {
    messageBytes += utf8Length(data);
    if (messageBytes > inboundLimit) {
      offer(new Transport.Event.TooLong(), true);
      return null;
    }
    if (!last) {
      partial.append(data);
      offer(new Transport.Event.Life(), false); // at 1 KB/s the rest may take a while
      return null;
    }
    String text = data.toString();
    if (!partial.isEmpty()) {
      text = partial.append(data).toString();
      partial.setLength(0);
      partial.trimToSize();
    }
    messageBytes = 0;
    offer(new Transport.Event.Text(text), false);
    return null;
  }

  // Half a surrogate pair counts two: its other half, in this part or the next, counts the rest.
  private static long utf8Length(CharSequence text) {
    long length = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        length += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return length;
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket source, ByteBuffer data, boolean last) {
    offer(last ? new Transport.Event.Binary() : new Transport.Event.Life(), false);
    return null;
  }

  @Override
  public CompletionStage<?> onPing(WebSocket source, ByteBuffer message) {
    offer(new Transport.Event.Life(), false);
    return null;
  }

  @Override
  public CompletionStage<?> onPong(WebSocket source, ByteBuffer message) {
    offer(new Transport.Event.Life(), false);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket source, int statusCode, String reason) {
    var ended = new Transport.Event.Ended(new Ending.PeerClosed(statusCode, reason));
    if (statusCode == Ending.NO_CLOSE_FRAME) {
      offer(ended, true);
      return null;
    }
    // The loop cuts the connection once it hears of the end, and RFC 6455 §5.5.1 wants an answer.
    endSoon(ended);
    sendClose(isSendable(statusCode) ? statusCode : 1000, "")
        .whenComplete((sent, failure) -> offer(ended, true));
    return null;
  }

  @Override
  public void onError(WebSocket source, Throwable error) {
    offer(new Transport.Event.Ended(new Ending.Lost(NetworkWords.of(error))), true);
  }

  private void offer(Transport.Event event, boolean last) {
    boolean giveDemand;
    WebSocket open;
    lock.lock();
    try {
      if (finished) {
        return;
      }
      finished = last;
      events.add(event);
      if (event instanceof Transport.Event.Text text) {
        queuedCharacters += text.text().length();
      }
      arrived.signal();
      giveDemand = !last && hasRoom();
      demandOwed |= !last && !giveDemand;
      open = webSocket;
    } finally {
      lock.unlock();
    }
    if (giveDemand) {
      open.request(1);
    }
  }

  private boolean hasRoom() {
    return events.size() < MAX_EVENTS && queuedCharacters < MAX_CHARACTERS;
  }
}
