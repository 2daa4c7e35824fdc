package claudemesh.http;

import claudemesh.json.Log;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * TLS, server side, over another {@link ByteStream} (RFC 8446, RFC 5246). The first read makes the
 * handshake, so whatever limits that read limits the handshake as well.
 *
 * <pre>
 *   plain ──► sealed ──► engine ──► the caller's array, or opened if a record is longer
 *   plain ◄── a shared spare record ◄── engine ◄── the caller's array
 * </pre>
 *
 * <p>Between records a connection holds 256 bytes and its engine. Writing is guarded by a lock, as
 * the reading thread writes too: handshakes, and answers to a change of keys.
 */
final class TlsByteStream implements ByteStream {

  private static final int HEADER = 5;
  private static final int HANDSHAKE = 22;
  private static final int LEAST_TYPE = 20;
  private static final int LAST_TYPE = 24;
  private static final int LONGEST_RECORD = (16 << 10) + 2_048;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final byte[] WRONG_PORT =
      """
      HTTP/1.1 400 Bad Request\r
      Content-Type: text/plain\r
      Connection: close\r
      \r
      this port speaks TLS: use https:// or wss://
      """
          .getBytes(StandardCharsets.US_ASCII);

  // A record to write takes 18 KB; kept for others, it is not 18 KB for each small message. All are
  // of the longest: a peer may ask for short records (RFC 6066 §4), the next one may not.
  private static final ArrayBlockingQueue<ByteBuffer> SPARE = new ArrayBlockingQueue<>(64);

  private final ByteStream plain;
  private final Supplier<SSLEngine> engines;
  private final InputBuffer sealed = new InputBuffer();
  private final ReentrantLock writing = new ReentrantLock();
  private volatile boolean closed;
  private volatile SSLEngine engine; // set by the first read
  private volatile boolean established; // the reading thread's, as is opened
  private ByteBuffer opened = NOTHING;

  /**
   * A connection that was just accepted.
   *
   * @param plain the bytes on the wire; closed with this stream
   * @param engines makes the engine when the peer is about to speak
   */
  TlsByteStream(ByteStream plain, Supplier<SSLEngine> engines) {
    this.plain = plain;
    this.engines = engines;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (engine == null) {
      engine = engines.get();
    }
    try {
      return readOpened(target, offset, length);
    } catch (SSLException e) {
      sayFarewell(); // the engine has an alert for the peer that says what was wrong
      throw established ? e : new TlsFailure(e);
    }
  }

  private int readOpened(byte[] target, int offset, int length) throws IOException {
    requireOpen();
    while (!opened.hasRemaining()) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> runTasks();
        case NEED_WRAP -> seal(NOTHING);
        default -> {
          if (engine.isInboundDone() || !awaitRecord()) {
            return -1;
          }
          int direct = open(target, offset, length);
          if (direct > 0) {
            return direct;
          }
        }
      }
    }
    int count = Math.min(length, opened.remaining());
    opened.get(target, offset, count);
    if (!opened.hasRemaining()) {
      opened = NOTHING;
    }
    return count;
  }

  // What came before the close and was not read yet would otherwise still be.
  private void requireOpen() throws IOException {
    if (closed) {
      throw new SocketException("this end has closed the connection");
    }
  }

  private void runTasks() throws SSLException {
    if (established) {
      // Costs its sender nothing and us a signature: TLS 1.3 has done away with it.
      throw new SSLException("the peer wants to renegotiate");
    }
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  /** Waits until a whole record is there; false if the peer has finished. */
  private boolean awaitRecord() throws IOException {
    int missing = missing();
    while (missing > 0) {
      if (sealed.fill(plain) < 0) {
        return false;
      }
      missing = missing();
    }
    return true;
  }

  /** At least so many bytes are missing from the next record. */
  private int missing() throws IOException {
    int there = sealed.available();
    if (there > 0) {
      requireTls(sealed.peek(0));
    }
    if (there < HEADER) {
      return HEADER - there;
    }
    int length = sealed.peek(HEADER - 2) << 8 | sealed.peek(HEADER - 1);
    if (length > LONGEST_RECORD) {
      throw new SSLException(
          "expected records of at most " + LONGEST_RECORD + " bytes, got one of " + length);
    }
    return HEADER + length - there;
  }

  private void requireTls(int type) throws IOException {
    boolean fits = established ? type >= LEAST_TYPE && type <= LAST_TYPE : isHandshake(type);
    if (!fits) {
      boolean first = engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
      if (!established && first && Character.isUpperCase(type)) {
        plain.write(WRONG_PORT, 0, WRONG_PORT.length);
      }
      throw new SSLException("the peer does not speak TLS");
    }
  }

  // During the handshake there are also alerts, changes of cipher and sealed handshake messages.
  private boolean isHandshake(int type) {
    return type == HANDSHAKE
        || engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
            && type >= LEAST_TYPE
            && type < LAST_TYPE;
  }

  /** Opens one record, into the target if that is large enough; says how much came there. */
  private int open(byte[] target, int offset, int length) throws SSLException {
    int most = sealed.available();
    boolean direct = length >= most;
    ByteBuffer to = direct ? ByteBuffer.wrap(target, offset, length) : ByteBuffer.allocate(most);
    ByteBuffer from = ByteBuffer.wrap(sealed.array(), sealed.position(), most);
    SSLEngineResult result = engine.unwrap(from, to);
    if (result.getStatus() != Status.OK && result.getStatus() != Status.CLOSED) {
      throw new SSLException("expected a whole record, got " + result.getStatus());
    }
    sealed.skip(result.bytesConsumed());
    established |= result.getHandshakeStatus() == HandshakeStatus.FINISHED;
    if (!direct && result.bytesProduced() > 0) {
      opened = to.flip();
    }
    return direct ? result.bytesProduced() : 0;
  }

  @Override
  public int available() throws IOException {
    return opened.hasRemaining() ? opened.remaining() : sealed.available();
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    seal(ByteBuffer.wrap(source, offset, length));
  }

  /** Writes all of the source, or what the engine has to say if that is empty. */
  private void seal(ByteBuffer source) throws IOException {
    writing.lock();
    ByteBuffer record = takeSpare();
    try {
      do {
        SSLEngineResult result = engine.wrap(source, record.clear());
        established |= result.getHandshakeStatus() == HandshakeStatus.FINISHED;
        plain.write(record.array(), 0, record.position());
        if (source.hasRemaining() && result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
          throw new SSLException("TLS takes nothing more: " + result.getStatus());
        }
      } while (source.hasRemaining());
    } finally {
      SPARE.offer(record);
      writing.unlock();
    }
  }

  private ByteBuffer takeSpare() {
    ByteBuffer spare = SPARE.poll();
    return spare != null ? spare : ByteBuffer.allocate(LONGEST_RECORD);
  }

  @Override
  public void shutdownInput() {
    plain.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (engine != null) {
      engine.closeOutbound();
      seal(NOTHING);
    }
    plain.shutdownOutput();
  }

  /** Says {@code close_notify} unless a write is stuck, then closes. */
  @Override
  public void close() {
    closed = true;
    if (engine != null) {
      engine.closeOutbound();
      sayFarewell();
    }
    plain.close();
  }

  private void sayFarewell() {
    if (!writing.tryLock()) {
      return;
    }
    try {
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        seal(NOTHING);
      }
    } catch (IOException e) {
      Log.debug("tls_farewell_failed", "peer", remoteAddress(), "error", e.getMessage());
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void abort() {
    closed = true;
    plain.abort();
  }

  @Override
  public String remoteAddress() {
    return plain.remoteAddress();
  }
}
