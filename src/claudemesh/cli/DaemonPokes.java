package claudemesh.cli;

import claudemesh.daemon.DaemonEvent;
import claudemesh.json.Log;
import java.util.Optional;
import java.util.Set;

/**
 * Listens to the daemon's events on a thread of its own and pokes whoever looks when one of them
 * changes what there is to see, and when the daemon goes or is back. Without it the view is as
 * right, and late by its interval at most.
 */
final class DaemonPokes implements AutoCloseable {

  private static final Set<String> WORTH_A_LOOK =
      Set.of(
          "peer_joined",
          "peer_returned",
          "peer_left",
          "peer_visible",
          "peer_hidden",
          "status",
          "session",
          "gap");

  private final EventFeed feed;
  private final Runnable poke;
  private final Thread thread;

  DaemonPokes(Call call, DaemonAccess daemon, Runnable poke) {
    this.feed = new EventFeed(daemon, call, null);
    this.poke = poke;
    this.thread = Thread.ofVirtual().name("pokes").start(this::run);
  }

  private void run() {
    try (feed) {
      while (true) {
        feed.awaitBack();
        poke.run(); // what happened before this listened is seen, too
        Optional<DaemonEvent> event = feed.next();
        while (event.isPresent()) {
          if (WORTH_A_LOOK.contains(event.get().kind())) {
            poke.run();
          }
          event = feed.next();
        }
        poke.run();
      }
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    } catch (CliException e) {
      Log.debug("events_not_heard", "why", e.getMessage());
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
