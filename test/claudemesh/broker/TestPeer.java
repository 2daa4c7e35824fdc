package claudemesh.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import claudemesh.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A client on a real socket that speaks raw frames and keeps what it hears. */
public final class TestPeer implements WebSocket.Listener {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final int BOUND_SECONDS = 20;

  private final BlockingQueue<Json> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<String> ending = new CompletableFuture<>();
  private final StringBuilder partial = new StringBuilder();
  private final AtomicInteger barriers = new AtomicInteger();
  private final WebSocket socket;
  private volatile boolean deaf;

  private TestPeer(URI url) {
    socket = HTTP.newWebSocketBuilder().buildAsync(url, this).join();
  }

  public static TestPeer connect(URI url) {
    return new TestPeer(url);
  }

  public TestPeer say(Json frame) {
    return say(frame.toString());
  }

  TestPeer say(String text) {
    socket.sendText(text, true).join();
    return this;
  }

  TestPeer sayBinary(byte[] bytes) {
    socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    return this;
  }

  /** The next frame of all. */
  Json next() {
    try {
      Json frame = frames.poll(BOUND_SECONDS, TimeUnit.SECONDS);
      if (frame == null) {
        throw new AssertionError("no frame came within " + BOUND_SECONDS + " s; ending " + ending);
      }
      return frame;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The next frame of all; empty once the connection has ended and all was looked at. */
  Optional<Json> nextUntilTheEnd() throws InterruptedException {
    while (true) {
      boolean ended = ending.isDone(); // asked first: what came before the end is in the queue
      Json frame = frames.poll(10, TimeUnit.MILLISECONDS);
      if (frame != null || ended) {
        return Optional.ofNullable(frame);
      }
    }
  }

  /** The next frame that fits; those before it are dropped. */
  public Json next(Predicate<Json> wanted) {
    Json frame = next();
    while (!wanted.test(frame)) {
      frame = next();
    }
    return frame;
  }

  Json next(String type) {
    return next(frame -> frame.string("type").equals(type));
  }

  Json nextMail() {
    return next(TestPeer::isMail);
  }

  Json nextEvent(String event) {
    return next(frame -> frame.string("event", "").equals(event));
  }

  /** Says a hello and waits for its ack. */
  public Json greet(Json hello) {
    say(hello);
    return next("hello_ack");
  }

  /** Asks something and waits for the answer. */
  Json ask(Json request) {
    String id = "rq-" + barriers.incrementAndGet();
    say(request.toBuilder().put("_reqId", id).build());
    return next(frame -> frame.string("_reqId", "").equals(id));
  }

  /** Everything that had been sent to this peer when the broker answered this. */
  List<Json> drain() {
    String id = "barrier-" + barriers.incrementAndGet();
    say(Json.object().put("type", "get_state").put("key", "none").put("_reqId", id).build());
    List<Json> heard = new ArrayList<>();
    for (Json frame = next(); !frame.string("_reqId", "").equals(id); frame = next()) {
      heard.add(frame);
    }
    return heard;
  }

  public List<Json> drainMail() {
    return drain().stream().filter(TestPeer::isMail).toList();
  }

  List<String> drainEvents() {
    return drain().stream()
        .filter(frame -> frame.has("event"))
        .map(frame -> frame.string("event") + " " + frame.get("eventData").get().string("name"))
        .toList();
  }

  static boolean isMail(Json frame) {
    return frame.string("type").equals("push") && !frame.has("subtype");
  }

  /** Waits for the end: {@code "CODE reason"}. */
  String ending() {
    return ending.orTimeout(BOUND_SECONDS, TimeUnit.SECONDS).join();
  }

  boolean isOpen() {
    return !ending.isDone();
  }

  /** The error frame and the close that a refused hello gets. */
  void expectRefusal(String code, String close) {
    Json frame = next();
    assertEquals("error", frame.string("type"), frame.toString());
    assertEquals(code, frame.string("code"), frame.toString());
    assertEquals(close, ending());
  }

  /** Closes and waits until the broker has answered. */
  void close() {
    socket.sendClose(1000, "bye").join();
    ending();
  }

  /** Reads nothing more but what it has asked for already. */
  void stopReading() {
    deaf = true;
  }

  public void abort() {
    socket.abort();
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      frames.add(Json.parseObject(partial.toString()));
      partial.setLength(0);
    }
    if (!deaf) {
      from.request(1);
    }
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    ending.complete(code + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    ending.complete("error " + error);
  }
}
