package claudemesh.cli;

import claudemesh.time.Deadline;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Tells a person at a terminal what takes so long: one line on standard error, from two seconds on,
 * rewritten in place and wiped at the end. Silent where standard error is no terminal.
 */
final class Progress {

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final String WIPE = "\r\u001b[K";

  private final OutputStream err;
  private final Supplier<String> words;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private boolean closed;
  private boolean shown;

  private Progress(OutputStream err, Supplier<String> words) {
    this.err = err;
    this.words = words;
  }

  /** Something that may take long. */
  interface Work<T, E extends Exception> {
    T run() throws E, InterruptedException;
  }

  /**
   * Does some work and tells how it goes.
   *
   * @param streams where a person may look
   * @param words what is being waited for; asked now and then, from another thread
   * @param work what to do, on the calling thread
   */
  static <T, E extends Exception> T during(Streams streams, Supplier<String> words, Work<T, E> work)
      throws E, InterruptedException {
    if (!streams.errIsTerminal()) {
      return work.run();
    }
    Progress progress = new Progress(streams.err(), words);
    Thread.ofVirtual().name("progress").start(progress::run);
    try {
      return work.run();
    } finally {
      progress.stop();
    }
  }

  private void run() {
    lock.lock();
    try {
      awaitClosed(PATIENCE);
      while (!closed) {
        shown = true;
        write(WIPE + Output.safe(words.get()));
        awaitClosed(PERIOD);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void awaitClosed(Duration wait) throws InterruptedException {
    Deadline deadline = Deadline.in(wait);
    while (!closed && !deadline.passed()) {
      closing.await(deadline.leftNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void write(String text) {
    try {
      err.write(text.getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException e) {
      closed = true; // nobody looks any more
    }
  }

  private void stop() {
    lock.lock();
    try {
      if (shown && !closed) {
        write(WIPE);
      }
      closed = true;
      closing.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
