package claudemesh.daemon;

import claudemesh.json.Log;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Does a few small things again and again, one after another on one thread, until closed. What
 * fails is logged and done again next time.
 */
final class Ticker implements AutoCloseable {

  /**
   * One thing to do.
   *
   * @param name what to call it in the log
   * @param action what to do
   */
  record Task(String name, Runnable action) {}

  private final Duration period;
  private final List<Task> tasks;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  private Ticker(Duration period, List<Task> tasks) {
    this.period = period;
    this.tasks = List.copyOf(tasks);
    this.thread = Thread.ofVirtual().name("ticker").unstarted(this::run);
  }

  /** Starts; the first round comes after one period. */
  static Ticker start(Duration period, List<Task> tasks) {
    Ticker ticker = new Ticker(period, tasks);
    ticker.thread.start();
    return ticker;
  }

  private void run() {
    try {
      while (!closed.await(period.toNanos(), TimeUnit.NANOSECONDS)) {
        tasks.forEach(Ticker::attempt);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void attempt(Task task) {
    try {
      task.action().run();
    } catch (RuntimeException e) {
      Log.error("task_failed", "task", task.name(), "why", e.toString());
    }
  }

  /** Begins no further round; one that is under way goes on. Idempotent. */
  @Override
  public void close() {
    closed.countDown();
  }
}
