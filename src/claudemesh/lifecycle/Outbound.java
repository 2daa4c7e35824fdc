package claudemesh.lifecycle;

import claudemesh.time.Clock;
import claudemesh.time.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits to be written on one connection: first in, first out, bounded in bytes and in
 * messages, one write at a time. It has no thread: who adds the first message starts its write, and
 * the end of each write starts the next. Dies with its connection. Thread-safe.
 */
final class Outbound {

  private record Item(String text, long size) {}

  private final Transport.Connection connection;
  private final Clock clock;
  private final int maxBytes;
  private final int maxMessages;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition drained = lock.newCondition();
  private final Queue<Item> waiting = new ArrayDeque<>(1); // grows when needed
  private long bytes;
  private int messages;
  private boolean writing;
  private boolean watched;
  private boolean leaving;
  private boolean closed;
  private long writeMoved;

  Outbound(Transport.Connection connection, Clock clock, int maxBytes, int maxMessages) {
    this.connection = connection;
    this.clock = clock;
    this.maxBytes = maxBytes;
    this.maxMessages = maxMessages;
  }

  /** Takes a message, or says why not; never blocks on the network. */
  void send(String text) throws SendRefusedException {
    Item item = new Item(text, utf8Length(text));
    boolean first;
    lock.lock();
    try {
      requireRoom(item.size());
      bytes += item.size();
      messages++;
      first = !writing;
      if (first) {
        writing = true;
        writeMoved = clock.nanoTime();
      } else {
        waiting.add(item);
      }
    } finally {
      lock.unlock();
    }
    if (first) {
      write(item);
    }
  }

  private void requireRoom(long size) throws SendRefusedException {
    if (closed) {
      throw new SendRefusedException(
          SendRefusedException.Reason.NOT_OPEN, "not sent: the connection has ended");
    }
    if (messages >= maxMessages || bytes + size > maxBytes) {
      throw new SendRefusedException(
          SendRefusedException.Reason.FULL,
          "not sent: "
              + messages
              + " messages of "
              + bytes
              + " bytes are waiting already, the limits are "
              + maxMessages
              + " and "
              + maxBytes);
    }
  }

  // Writes what is due until a write does not finish at once; its end then goes on from here.
  private void write(Item first) {
    for (Item item = first; item != null; ) {
      Item current = item;
      var done = connection.sendText(current.text(), this::moved);
      if (!done.isDone()) {
        watch();
        done.whenComplete((result, failure) -> continueAfter(current, failure != null));
        return;
      }
      item = finish(current, done.isCompletedExceptionally());
    }
  }

  private void continueAfter(Item written, boolean failed) {
    Item next = finish(written, failed);
    if (next != null) {
      write(next);
    }
  }

  private void moved() {
    lock.lock();
    try {
      writeMoved = clock.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  // A failed write is followed by no other: the connection reports its end by itself.
  private Item finish(Item written, boolean failed) {
    lock.lock();
    try {
      if (failed) {
        closed = true;
        settled();
        return null;
      }
      bytes -= written.size();
      messages--;
      Item next = waiting.poll();
      if (next == null || closed) {
        writing = false;
        settled();
        return null;
      }
      writeMoved = clock.nanoTime();
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void settled() {
    drained.signalAll();
    if (leaving) {
      connection.wake();
    }
  }

  // The loop sleeps until something is due; a write under way makes something due.
  private void watch() {
    lock.lock();
    boolean wake = !watched;
    watched = true;
    lock.unlock();
    if (wake) {
      connection.wake();
    }
  }

  /** How long the write under way may still stand still; null if none is. */
  Duration writeLeft(Duration limit) {
    lock.lock();
    try {
      watched = writing;
      return writing ? limit.minus(clock.since(writeMoved)) : null;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing more will be written; from the first question on, the loop is woken by it. */
  boolean isDrained() {
    lock.lock();
    try {
      leaving = true;
      return !writing || closed;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all is written; false if the deadline passed first or writing has failed. */
  boolean awaitDrained(Deadline deadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (writing && !closed && !deadline.passed()) {
        drained.await(deadline.leftNanos(), TimeUnit.NANOSECONDS);
      }
      return !writing;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more; returns how many messages were not written. */
  int close() {
    lock.lock();
    try {
      closed = true;
      int unsent = messages;
      waiting.clear();
      messages = 0;
      bytes = 0;
      drained.signalAll();
      return unsent;
    } finally {
      lock.unlock();
    }
  }

  private static long utf8Length(String text) throws SendRefusedException {
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        length++;
      } else if (c < 0x800) {
        length += 2;
      } else if (!Character.isSurrogate(c)) {
        length += 3;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        length += 4;
        i++;
      } else {
        throw new SendRefusedException(
            SendRefusedException.Reason.NOT_UNICODE,
            "not sent: half a surrogate pair at character " + i + " has no UTF-8");
      }
    }
    return length;
  }
}
