package claudemesh.lifecycle;

import claudemesh.time.Deadline;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs foreign code that may block for ever, for no longer than a deadline. The code runs on a
 * virtual thread of its own, which is interrupted and left behind when its time is up.
 */
final class BoundedCall {

  private BoundedCall() {}

  /**
   * Calls {@code code} and waits for it.
   *
   * @throws ExecutionException if the code threw
   * @throws TimeoutException if it was not done by the deadline
   * @throws InterruptedException if the caller was interrupted
   */
  static <T> T run(String name, Callable<T> code, Deadline deadline)
      throws ExecutionException, TimeoutException, InterruptedException {
    FutureTask<T> task = new FutureTask<>(code);
    Thread thread = Thread.ofVirtual().name(name).start(task);
    try {
      return task.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
    } finally {
      if (!task.isDone()) {
        thread.interrupt();
      }
    }
  }
}
