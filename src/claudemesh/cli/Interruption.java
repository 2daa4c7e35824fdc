package claudemesh.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGINT and SIGTERM into an interrupt of the thread that runs the command, and holds the JVM
 * back until that thread has closed what it had open, nine seconds at most.
 */
final class Interruption implements Runnable {

  private static final long GRACE_SECONDS = 9;

  private final Thread runner;
  private final CountDownLatch over = new CountDownLatch(1);

  private Interruption(Thread runner) {
    this.runner = runner;
  }

  static Interruption ofThisThread() {
    Interruption interruption = new Interruption(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(new Thread(interruption, "interruption"));
    return interruption;
  }

  /** The command has ended by itself: the hook that runs at every exit has nothing to do. */
  void over() {
    over.countDown();
  }

  @Override
  public void run() {
    if (over.getCount() == 0) {
      return;
    }
    runner.interrupt();
    try {
      over.await(GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
