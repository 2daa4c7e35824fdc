package claudemesh.http;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The frames that wait to be written on one connection, in order and bounded. Any thread adds;
 * adding never blocks. At most one thread writes:
 *
 * <pre>
 *   other threads  ── add ──► frames ──► a drainer, started when frames come and nobody writes;
 *                                        it ends when they run out
 *   owner          ── add ──► frames ──► flush(), once for all that one read brought about
 * </pre>
 *
 * <p>The owner is the connection's own thread. It may be held up by its own peer, and by nobody
 * else's: that is back pressure on the one who causes it. An idle connection has no second thread,
 * and no queue.
 */
final class Outbox {

  /** What became of a frame. */
  enum Added {
    /** It will be written, unless the connection breaks. */
    QUEUED,
    /** Refused: the last frame was added before, or all was discarded. */
    SEALED,
    /** Refused: too much waits already. */
    FULL
  }

  /** What {@link #writeBegan} says while nothing is being written. */
  static final long NONE = Long.MIN_VALUE;

  /** Most bytes written at once, and so how fine progress is seen. */
  static final int BATCH = 16 << 10;

  private final ByteStream stream;
  private final Executor drainers;
  private final LongSupplier now;
  private final int maxBytes;
  private final int maxFrames;
  private final Consumer<IOException> onBroken;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private ArrayDeque<byte[]> frames;
  private int waitingBytes;
  private boolean writing;
  private boolean sealed;
  private Thread owner;

  private volatile long writeBegan = NONE;
  private volatile long bytesWritten;

  /**
   * An empty outbox.
   *
   * @param stream where frames are written to
   * @param drainers starts a thread for each task
   * @param now the server's time, for {@link #writeBegan}
   * @param maxBytes most bytes that may wait
   * @param maxFrames most frames that may wait
   * @param onBroken told, on the drainer's thread, that writing failed
   */
  Outbox(
      ByteStream stream,
      Executor drainers,
      LongSupplier now,
      int maxBytes,
      int maxFrames,
      Consumer<IOException> onBroken) {
    this.stream = stream;
    this.drainers = drainers;
    this.now = now;
    this.maxBytes = maxBytes;
    this.maxFrames = maxFrames;
    this.onBroken = onBroken;
  }

  /** Makes the calling thread the one that calls {@link #flush} after it has added. */
  void own() {
    lock.lock();
    try {
      owner = Thread.currentThread();
    } finally {
      lock.unlock();
    }
  }

  Added add(byte[] frame) {
    return add(frame, false);
  }

  /** Adds a frame that no other may follow; the bounds do not stop it. */
  Added addLast(byte[] frame) {
    return add(frame, true);
  }

  private Added add(byte[] frame, boolean last) {
    lock.lock();
    try {
      if (sealed) {
        return Added.SEALED;
      }
      if (!last && isFullFor(frame)) {
        return Added.FULL;
      }
      if (frames == null) {
        frames = new ArrayDeque<>(4);
      }
      frames.add(frame);
      waitingBytes += frame.length;
      sealed = last;
      if (!writing && (Thread.currentThread() != owner || waitingBytes > BATCH)) {
        startDrainer();
      }
      return Added.QUEUED;
    } finally {
      lock.unlock();
    }
  }

  private boolean isFullFor(byte[] frame) {
    return frames != null && (frames.size() >= maxFrames || waitingBytes > maxBytes - frame.length);
  }

  private void startDrainer() {
    writing = true;
    drainers.execute(this::drain);
  }

  private void drain() {
    try {
      for (byte[] batch = take(); batch != null; batch = take()) {
        write(batch);
      }
    } catch (IOException e) {
      discard();
      stopWriting();
      onBroken.accept(e);
    }
  }

  /**
   * Writes one batch if there is one and nobody is writing; leaves the rest to a drainer, so that
   * the owner gets back to reading. Called by the owner.
   *
   * @throws IOException if the connection is broken
   */
  void flush() throws IOException {
    byte[] batch = takeUnlessWriting();
    if (batch == null) {
      return;
    }
    writeOrStop(batch);
    lock.lock();
    try {
      if (frames == null) {
        stopWriting();
      } else {
        startDrainer();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns when everything is written or discarded. Called by the owner.
   *
   * @throws IOException if the connection is broken
   */
  void finish() throws IOException {
    flush();
    lock.lock();
    try {
      while (writing) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Drops what waits and takes nothing more; a write that is under way is not touched. */
  void discard() {
    lock.lock();
    try {
      sealed = true;
      frames = null;
      waitingBytes = 0;
    } finally {
      lock.unlock();
    }
  }

  /** When the write that is under way began, or last moved; {@link #NONE} if there is none. */
  long writeBegan() {
    return writeBegan;
  }

  long bytesWritten() {
    return bytesWritten;
  }

  int waitingBytes() {
    lock.lock();
    try {
      return waitingBytes;
    } finally {
      lock.unlock();
    }
  }

  private byte[] takeUnlessWriting() {
    lock.lock();
    try {
      if (writing || frames == null) {
        return null;
      }
      writing = true;
      return take();
    } finally {
      lock.unlock();
    }
  }

  /** The next frames as one array; null, and writing stops, if there are none. */
  private byte[] take() {
    lock.lock();
    try {
      if (frames == null) {
        stopWriting();
        return null;
      }
      byte[] batch = joinFrames();
      waitingBytes -= batch.length;
      if (frames.isEmpty()) {
        // Not kept: it may have grown, and most connections are idle.
        frames = null;
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private byte[] joinFrames() {
    int count = 0;
    int length = 0;
    for (byte[] frame : frames) {
      if (count > 0 && length + frame.length > BATCH) {
        break;
      }
      count++;
      length += frame.length;
    }
    if (count == 1) {
      return frames.remove();
    }
    byte[] joined = new byte[length];
    for (int at = 0; at < length; ) {
      byte[] frame = frames.remove();
      System.arraycopy(frame, 0, joined, at, frame.length);
      at += frame.length;
    }
    return joined;
  }

  private void writeOrStop(byte[] batch) throws IOException {
    try {
      write(batch);
    } catch (IOException e) {
      discard();
      stopWriting();
      throw e;
    }
  }

  private void write(byte[] batch) throws IOException {
    try {
      for (int at = 0; at < batch.length; at += BATCH) {
        int length = Math.min(BATCH, batch.length - at);
        writeBegan = now.getAsLong();
        stream.write(batch, at, length);
      }
      bytesWritten += batch.length; // only the one thread that writes adds to it
    } finally {
      writeBegan = NONE;
    }
  }

  private void stopWriting() {
    lock.lock();
    try {
      writing = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
