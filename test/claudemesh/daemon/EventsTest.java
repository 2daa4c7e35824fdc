package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.daemon.Events.Event;
import claudemesh.daemon.Events.Follower;
import claudemesh.daemon.Events.Kind;
import claudemesh.daemon.Events.Scope;
import claudemesh.json.Json;
import claudemesh.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class EventsTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Scope MESH = Scope.mesh("m1");
  private static final Json DATA = Json.object().put("a", 1).build();

  private final Events events = new Events(at("2026-01-01T00:00:00Z"), 4);

  private static Clock at(String time) {
    return new Clock() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public Instant wallTime() {
        return Instant.parse(time);
      }
    };
  }

  private long publish() {
    return events.publish(Kind.MESSAGE, MESH, DATA);
  }

  private Follower follow(long lastEventId) {
    return events.follow(OptionalLong.of(lastEventId), event -> true);
  }

  private static List<Long> ids(Follower follower) throws InterruptedException {
    List<Long> ids = new ArrayList<>();
    Optional<Event> next = follower.next(Duration.ZERO);
    while (next.isPresent()) {
      ids.add(next.get().kind() == Kind.GAP ? -next.get().id() : next.get().id());
      next = follower.next(Duration.ZERO);
    }
    return ids;
  }

  @Test
  void aNewFollowerHearsWhatHappensFromNowOn() throws InterruptedException {
    publish();
    Follower follower = events.follow(OptionalLong.empty(), event -> true);
    long second = publish();
    Event event = follower.next(LONG).orElseThrow();
    assertEquals(
        new Event(second, Instant.parse("2026-01-01T00:00:00Z"), Kind.MESSAGE, MESH, DATA), event);
    assertEquals(Optional.empty(), follower.next(Duration.ZERO));
  }

  @Test
  void oneThatComesBackGoesOnAfterTheLastThatItHas() throws InterruptedException {
    long first = publish();
    long second = publish();
    long third = publish();
    assertEquals(List.of(second, third), ids(follow(first)));
    assertEquals(List.of(), ids(follow(third)));
  }

  @Test
  void whatTheRingHasLostIsToldAsAGapAndTheRestFollows() throws InterruptedException {
    long first = publish();
    long last = 0;
    for (int i = 0; i < 5; i++) {
      last = publish();
    }
    assertEquals(List.of(-(last - 4), last - 3, last - 2, last - 1, last), ids(follow(first)));
  }

  @Test
  void aSlowFollowerIsToldOfTheGapToo() throws InterruptedException {
    Follower slow = events.follow(OptionalLong.empty(), event -> true);
    for (int i = 0; i < 4; i++) {
      publish();
    }
    long last = publish();
    assertEquals(List.of(-(last - 4), last - 3, last - 2, last - 1, last), ids(slow));
  }

  @Test
  void anIdOfAnEarlierStartIsAGapAndSoIsOneFromTheFuture() throws InterruptedException {
    long first = publish();
    Events before = new Events(at("2025-12-31T23:59:59Z"));
    long earlier = before.publish(Kind.MESSAGE, MESH, DATA);
    Events after = new Events(at("2026-01-01T00:00:01Z"));
    long later = after.publish(Kind.MESSAGE, MESH, DATA);
    assertEquals(List.of(-(first - 1), first), ids(follow(earlier)));
    assertEquals(List.of(-(first - 1), first), ids(follow(later)));
  }

  @Test
  void whatIsNotWantedIsPassedOver() throws InterruptedException {
    Follower follower =
        events.follow(OptionalLong.empty(), event -> event.kind() == Kind.PEER_LEFT);
    publish();
    long left = events.publish(Kind.PEER_LEFT, MESH, DATA);
    publish();
    assertEquals(List.of(left), ids(follower));
  }

  @Test
  void theEndOfTheDaemonEndsTheWait() throws InterruptedException {
    Follower follower = events.follow(OptionalLong.empty(), event -> true);
    assertFalse(follower.ended());
    Thread closer = Thread.ofVirtual().start(events::close);
    assertEquals(Optional.empty(), follower.next(LONG));
    assertTrue(follower.ended());
    closer.join();
  }
}
