package claudemesh.http;

import claudemesh.fuzz.Failed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * The wire to a TLS client that is live but whose records are meddled with. All on one thread: the
 * client does its part when the server wants to read, and where nothing more can come from it, it
 * has hung up, so that no input waits for another.
 */
final class MeddledPeer implements ByteStream {

  private static final int MOST_STEPS = 2_000;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final TlsScript script;
  private final SSLEngine client;
  private final List<TlsScript.Change> changes;
  private final Deque<byte[]> messages;
  private final boolean waits;
  private final SplittableRandom random;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
  private final Bytes fromServer = new Bytes();
  private final ByteBuffer opened = ByteBuffer.allocate(40_000);
  private final ByteBuffer sealed = ByteBuffer.allocate(40_000);
  private byte[] toServer = new byte[0];
  private int position;
  private int taken; // of what came from the server
  private byte[] held = new byte[0];
  private int records;
  private int steps;
  private boolean meddled;
  private boolean cut;
  private boolean newKeysAsked;
  private boolean clientFailed;
  private boolean closed;

  /**
   * A client that has not said anything yet.
   *
   * @param script how it goes
   * @param messages what it says once it may
   * @param waits whether it says goodbye only after the server has
   * @param random how its bytes are split on the way
   */
  MeddledPeer(TlsScript script, List<byte[]> messages, boolean waits, SplittableRandom random) {
    this.waits = waits;
    this.script = script;
    this.random = random;
    this.changes = script.changes();
    this.messages = new ArrayDeque<>(messages);
    this.client = TlsEnds.newClient(script.old(), script.shortRecords(), script.session());
    if (script.raw()) {
      toServer = script.rest();
      cut = true;
      meddled = true;
    }
  }

  /** Bytes that can be looked at without copying all of them. */
  private static final class Bytes extends ByteArrayOutputStream {
    ByteBuffer from(int start) {
      return ByteBuffer.wrap(buf, start, count - start);
    }
  }

  /** Whether the server saw anything that its client did not say. */
  boolean meddled() {
    return meddled;
  }

  /** Whether the client will say nothing more, whatever it hears. */
  boolean isThrough() {
    return cut || clientFailed || client.isOutboundDone();
  }

  boolean isClosed() {
    return closed;
  }

  /** What the client has said so far, before it was sealed. */
  byte[] said() {
    return said.toByteArray();
  }

  /** What the client has heard so far. */
  byte[] heard() {
    return heard.toByteArray();
  }

  /** All that the server wrote, as on the wire. */
  byte[] fromServer() {
    return fromServer.toByteArray();
  }

  /** Whether the client knows that the server said everything it wanted to. */
  boolean heardTheEnd() {
    listen();
    return client.isInboundDone() && !clientFailed;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("closed");
    }
    Failed.unless("a read asks for at least one byte", length > 0);
    while (position == toServer.length) {
      if (cut || clientFailed || !step()) {
        return -1;
      }
    }
    int most = random.nextInt(4) == 0 ? 1 + random.nextInt(20) : length;
    int count = Math.min(Math.min(most, length), toServer.length - position);
    System.arraycopy(toServer, position, target, offset, count);
    position += count;
    return count;
  }

  /** Lets the client do one thing; false if it only waits, or is through. */
  private boolean step() {
    Failed.unless("the connection gets on", ++steps < MOST_STEPS);
    try {
      if (steps == 1) {
        client.beginHandshake();
      }
      switch (client.getHandshakeStatus()) {
        case NEED_TASK -> client.getDelegatedTask().run();
        case NEED_WRAP -> {
          return say(NOTHING);
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          return hear() || sendHeld();
        }
        default -> {
          return hear() || goOn();
        }
      }
      return true;
    } catch (SSLException | RuntimeException e) {
      // It does not like what the server made of this: it tells, and goes.
      return fail();
    }
  }

  private boolean fail() {
    clientFailed = true;
    try {
      return say(NOTHING);
    } catch (SSLException | RuntimeException e) {
      return false;
    }
  }

  private boolean goOn() throws SSLException {
    if (script.newKeys() && !newKeysAsked && messages.size() == 1) {
      newKeysAsked = true;
      client.beginHandshake();
      return true;
    }
    if (!messages.isEmpty()) {
      byte[] message = messages.poll();
      said.writeBytes(message);
      ByteBuffer source = ByteBuffer.wrap(message);
      while (source.hasRemaining()) {
        if (!say(source)) {
          return false;
        }
      }
      return true;
    }
    boolean over = client.isOutboundDone() || script.hangsUp() && !waits;
    if (over || waits && !client.isInboundDone()) {
      return sendHeld();
    }
    client.closeOutbound();
    return say(NOTHING);
  }

  /** Lets the client read one record of the server's; false if there is none. */
  private boolean hear() throws SSLException {
    if (taken == fromServer.size() || client.isInboundDone()) {
      return false;
    }
    ByteBuffer from = fromServer.from(taken);
    SSLEngineResult result = client.unwrap(from, opened.clear());
    taken += result.bytesConsumed();
    heard.write(opened.array(), 0, opened.position());
    return result.bytesConsumed() > 0;
  }

  private void listen() {
    try {
      while (!clientFailed && hear()) {
        Runnable task = client.getDelegatedTask();
        if (task != null) {
          task.run();
        }
      }
    } catch (SSLException | RuntimeException e) {
      clientFailed = true;
    }
  }

  private boolean say(ByteBuffer source) throws SSLException {
    SSLEngineResult result = client.wrap(source, sealed.clear());
    if (result.bytesProduced() == 0) {
      // Now and then it wants to say something and finds that it has nothing to say.
      boolean listens = result.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP;
      return !source.hasRemaining() && (listens || sendHeld());
    }
    send(Arrays.copyOf(sealed.array(), sealed.position()));
    return true;
  }

  // ── meddling ─────────────────────────────────────────────────────────────────────────────────

  private void send(byte[] record) {
    int number = records++;
    List<byte[]> parts = new ArrayList<>(List.of(record));
    for (TlsScript.Change change : changes) {
      if (change.record() == number && !cut) {
        change(parts, change);
      }
    }
    enqueue(parts);
    if (held.length > 0 && !parts.isEmpty()) {
      sendHeld();
    }
  }

  private void change(List<byte[]> parts, TlsScript.Change change) {
    meddled = true;
    byte[] last = parts.isEmpty() ? new byte[0] : parts.removeLast();
    switch (change.kind()) {
      case REPEAT -> parts.addAll(List.of(last, last));
      case DROP -> {}
      case HOLD -> held = last;
      case SPLIT -> parts.addAll(TlsScript.split(last, change.offset()));
      case BEFORE ->
          parts.addAll(
              List.of(
                  TlsScript.sealed(change.value(), new byte[] {1, (byte) change.offset()}), last));
      case CUT -> {
        parts.add(Arrays.copyOf(last, Math.min(last.length, change.offset())));
        cut = true;
      }
      default -> parts.add(Edits.apply(last, change));
    }
  }

  private boolean sendHeld() {
    byte[] late = held;
    held = new byte[0];
    enqueue(List.of(late));
    return late.length > 0;
  }

  // All at once: to copy what waits for each of dozens of long records is megabytes, and they would
  // be put down to the reader.
  private void enqueue(List<byte[]> parts) {
    int at = toServer.length - position;
    int more = parts.stream().mapToInt(part -> part.length).sum();
    byte[] left = Arrays.copyOfRange(toServer, position, toServer.length + more);
    for (byte[] part : parts) {
      System.arraycopy(part, 0, left, at, part.length);
      at += part.length;
    }
    toServer = left;
    position = 0;
  }

  // ── the server's side ────────────────────────────────────────────────────────────────────────

  @Override
  public int available() {
    return toServer.length - position;
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("closed");
    }
    fromServer.write(source, offset, length);
    Failed.unless("a server answers in proportion", fromServer.size() < 1 << 20);
  }

  @Override
  public void shutdownInput() {
    cut = true;
  }

  @Override
  public void shutdownOutput() {}

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public void abort() {
    closed = true;
  }

  @Override
  public String remoteAddress() {
    return "fuzz";
  }
}
