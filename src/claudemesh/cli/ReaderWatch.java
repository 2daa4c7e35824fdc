package claudemesh.cli;

import claudemesh.json.Log;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Notices that the reader of standard output has gone, without writing to it: {@code … | head -1}
 * ends a verb that waits for news, whether news come or not.
 *
 * <pre>
 *   the verb's thread   body: waits for news ──────── interrupted ─► BrokenPipeException, exit 141
 *   the watch's thread  waits for the end of the pipe ─────┘
 * </pre>
 *
 * <p>For verbs that only look. One that also sends goes on with what it has to send, and hears of
 * the reader at its next line. Nothing is noticed where a person reads, or where {@link OutputPoll}
 * cannot be had.
 */
final class ReaderWatch implements AutoCloseable {

  /** What a verb does until it is interrupted. */
  interface Body {
    ExitCode run() throws CliException, IOException, InterruptedException;
  }

  /** Waits for the end of the pipe. */
  interface Poll {
    /**
     * Waits for a while.
     *
     * @return whether the reader has gone
     * @throws IOException if that could not be found out
     */
    boolean readerHasGone() throws IOException;
  }

  /** A signal may end a wait early; what fails as often as this will fail for ever. */
  private static final int MOST_FAILURES = 20;

  private final Poll poll;
  private final Thread verb = Thread.currentThread();
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private boolean gone;
  private boolean closed;

  private ReaderWatch(Poll poll) {
    this.poll = poll;
  }

  /**
   * Runs a verb that only looks, on this thread.
   *
   * @throws BrokenPipeException if the reader has gone
   */
  static ExitCode during(Call call, Body body)
      throws CliException, IOException, InterruptedException {
    boolean ours =
        call.streams().out() instanceof FileOutputStream file && file.getFD() == FileDescriptor.out;
    if (!ours || call.streams().outIsTerminal() || !OutputPoll.canBeHad()) {
      return body.run();
    }
    return during(new OutputPoll(), body);
  }

  /** The same, with what waits for the end of the pipe. */
  static ExitCode during(Poll poll, Body body)
      throws CliException, IOException, InterruptedException {
    ReaderWatch watch = new ReaderWatch(poll);
    try (watch) {
      // Of the platform: the wait is the kernel's. A daemon: it must not keep a process alive.
      Thread.ofPlatform().daemon().name("reader-watch").start(watch::run);
      return body.run();
    } catch (CliException | IOException | InterruptedException e) {
      if (watch.hasNoticed()) { // whatever the interrupt broke on its way
        throw new BrokenPipeException(new IOException("the reader of standard output has gone", e));
      }
      throw e;
    }
  }

  private void run() {
    int failures = 0;
    while (!isClosed() && failures < MOST_FAILURES) {
      try {
        if (poll.readerHasGone()) {
          tell();
          return;
        }
      } catch (IOException e) {
        failures++;
        Log.debug("reader_not_watched", "why", e.getMessage());
      }
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasNoticed() {
    lock.lock();
    try {
      return gone;
    } finally {
      lock.unlock();
    }
  }

  private void tell() {
    lock.lock();
    try {
      if (!closed) {
        gone = true;
        verb.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Watches no more: the thread is interrupted no later than this. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
