package claudemesh.cli;

import claudemesh.daemon.DaemonClient;
import claudemesh.daemon.DaemonEvent;
import claudemesh.daemon.DaemonEvents;
import claudemesh.daemon.DaemonException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The daemon's events without an end: when the daemon goes, this waits until one is there again and
 * goes on after the last event that was heard. Not thread-safe.
 */
final class EventFeed implements AutoCloseable {

  private static final long LOOK_AGAIN_MILLIS = 250;

  private final DaemonAccess daemon;
  private final Call call;
  private String lastEventId;
  private DaemonEvents events;

  /**
   * A feed, not open yet.
   *
   * @param daemon whom to ask
   * @param call whose mesh
   * @param lastEventId where to go on; null to begin with the next event
   */
  EventFeed(DaemonAccess daemon, Call call, String lastEventId) {
    this.daemon = daemon;
    this.call = call;
    this.lastEventId = lastEventId;
  }

  /**
   * Begins to listen.
   *
   * @throws CliException if the daemon refuses, or none is there
   */
  void open() throws CliException {
    try {
      events = daemon.client().follow(lastEventId, "mesh", call.mesh());
    } catch (DaemonException e) {
      throw daemon.failure(e);
    }
  }

  /**
   * Waits for the next event.
   *
   * @return the event; empty when the daemon has gone: the next call waits for another
   * @throws InterruptedException if the call is to end
   */
  Optional<DaemonEvent> next() throws CliException, InterruptedException {
    awaitBack();
    try {
      Optional<DaemonEvent> event = events.next();
      requireNotInterrupted();
      if (event.isPresent()) {
        lastEventId = event.get().id();
        return event;
      }
    } catch (DaemonException broken) {
      requireNotInterrupted(); // reading fails when this thread is interrupted, too
    }
    close();
    return Optional.empty();
  }

  private static void requireNotInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the call is to end");
    }
  }

  /** Waits until there is a daemon to listen to; does not wait if this listens already. */
  void awaitBack() throws CliException, InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    while (events == null) {
      Optional<DaemonClient> found = DaemonClient.find(call.environment());
      requireNotInterrupted();
      try {
        if (found.isPresent()) {
          events = found.get().follow(lastEventId, "mesh", call.mesh());
        }
      } catch (DaemonException e) {
        if (e.status() != DaemonException.NONE) {
          throw daemon.failure(e);
        }
      }
      if (events == null) {
        never.await(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  @Override
  public void close() {
    if (events != null) {
      events.close();
      events = null;
    }
  }
}
