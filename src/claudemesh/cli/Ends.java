package claudemesh.cli;

import claudemesh.lifecycle.Ending;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * What a pipe's threads tell the one that waits for its end. Every fact is told once and stays
 * true. Thread-safe.
 */
final class Ends {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private boolean opened;
  private boolean inputEnded;
  private boolean enough;
  private boolean brokenPipe;
  private Ending closed;
  private long taken;
  private long settled;

  /** The connection has been open once. */
  void opened() {
    tell(() -> opened = true);
  }

  /** Standard input has ended. */
  void inputEnded() {
    tell(() -> inputEnded = true);
  }

  /** As many messages came as were asked for. */
  void enough() {
    tell(() -> enough = true);
  }

  /** Nobody reads standard output any more. */
  void brokenPipe() {
    tell(() -> brokenPipe = true);
  }

  /** The connection will never come back. */
  void closed(Ending ending) {
    tell(() -> closed = ending);
  }

  /** A line was read that has to be sent. */
  void lineTaken() {
    tell(() -> taken++);
  }

  /** A line was acknowledged, refused or found bad. */
  void lineSettled() {
    tell(() -> settled++);
  }

  boolean isBrokenPipe() {
    return ask(() -> brokenPipe);
  }

  boolean isEnough() {
    return ask(() -> enough);
  }

  boolean wasOpened() {
    return ask(() -> opened);
  }

  Optional<Ending> finalEnding() {
    lock.lock();
    try {
      return Optional.ofNullable(closed);
    } finally {
      lock.unlock();
    }
  }

  /** What the last wait is for, in words. */
  String waitingFor(String what) {
    lock.lock();
    try {
      return opened ? taken - settled + " " + what + " …" : "connecting …";
    } finally {
      lock.unlock();
    }
  }

  /**
   * What was left undone.
   *
   * @param what what lines are called
   * @param lost how many were taken for sending and lost
   * @return half a sentence; empty if nothing was
   */
  Optional<String> unsent(String what, long lost) {
    lock.lock();
    try {
      long left = taken - settled + lost;
      return left == 0
          ? Optional.empty()
          : Optional.of(left + " of " + taken + " " + what + " went unsent");
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until nothing more is to be waited for but acks.
   *
   * @param stays whether the end of input is no reason to leave
   * @param deadline how long at most; null for as long as it takes
   * @return false if time ran out
   */
  boolean awaitReason(boolean stays, Deadline deadline) throws InterruptedException {
    return await(() -> isOver() || enough || inputEnded && !stays, deadline);
  }

  /** Waits until it was open once and every line read is settled; false if that will not be. */
  boolean awaitSettled(Deadline deadline) throws InterruptedException {
    await(() -> isOver() || isSettled(), deadline);
    return ask(this::isSettled);
  }

  /** The same, for as long as something settles; gives up when nothing has for so long. */
  boolean awaitSettledWhileItGoesOn(Duration quiet) throws InterruptedException {
    boolean goesOn = true;
    while (goesOn && !ask(() -> isOver() || isSettled())) {
      long before = settledSoFar();
      goesOn = await(() -> isOver() || isSettled() || settled != before, Deadline.in(quiet));
    }
    return ask(this::isSettled);
  }

  private long settledSoFar() {
    lock.lock();
    try {
      return settled;
    } finally {
      lock.unlock();
    }
  }

  private boolean isSettled() {
    return opened && taken == settled;
  }

  private boolean isOver() {
    return brokenPipe || closed != null;
  }

  private boolean await(BooleanSupplier condition, Deadline deadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!condition.getAsBoolean()) {
        if (deadline == null) {
          changed.await();
        } else if (deadline.passed()) {
          return false;
        } else {
          changed.await(deadline.leftNanos(), TimeUnit.NANOSECONDS);
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean ask(BooleanSupplier question) {
    lock.lock();
    try {
      return question.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }

  private void tell(Runnable fact) {
    lock.lock();
    try {
      fact.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
