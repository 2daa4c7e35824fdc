package claudemesh.lifecycle;

import static claudemesh.lifecycle.Scene.seconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From the first packet to the upgrade, and how long it waits before it tries again. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ConnectingTest {

  private final Scene scene = new Scene();

  @Test
  void L01_firstConnectRefusedIsRetriedLikeAnyOther() {
    scene.attempt().refused();
    scene.attempt().refused();
    scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(
        List.of(
            "connecting",
            "disconnect 1006 connection refused",
            "reconnecting: connection refused",
            "disconnect 1006 connection refused",
            "reconnecting: connection refused",
            "ack",
            "open",
            "closed: closed by this program"),
        scene.heard());
    assertEquals(List.of(seconds(1), seconds(2)), scene.time.slept());
    assertEquals(3, scene.counted(WsCounter.ATTEMPTS));
    assertEquals(1, scene.counted(WsCounter.OPENED));
  }

  @Test
  void L04_theTimerOfAnOldAttemptCannotEndANewOne() {
    // The first attempt fails shortly before its deadline; whatever timer it had would fire while
    // the second one is open.
    scene.attempt().connectsAfter(seconds(19)).refused();
    var second = scene.attempt().acks().after(seconds(60)).then(scene::close).answersPings();
    scene.run();
    assertEquals(1, scene.heard.lines("open").size());
    assertEquals(1, scene.heard.disconnects().size());
    assertEquals(seconds(19 + 1 + 60), second.abortedAt().orElseThrow());
  }

  @Test
  void L04_everyAttemptHasAWholeDeadlineOfItsOwn() {
    scene.attempt().connectsAfter(seconds(15)).refused();
    scene.attempt().connectsAfter(seconds(15)).acks().then(scene::close);
    scene.run();
    assertEquals(1, scene.heard.lines("open").size());
  }

  @Test
  void L07_aConnectThatNeverEndsIsGivenUpAtTheDeadline() {
    scene.attempt().connectsAfter(Duration.ofHours(2));
    scene.run();
    assertEquals(
        List.of("disconnect 1006 no connection within 20.0 s"), scene.heard.lines("disconnect"));
    assertEquals(seconds(20 + 1), scene.time.passed());
  }

  @Test
  void L07_oneDeadlineCoversConnectHelloAndAck() {
    // 18 s to connect leave 2 s of the 20 for an answer that may take 5.
    var attempt =
        scene
            .attempt()
            .connectsAfter(seconds(18))
            .awaitsText()
            .after(seconds(3))
            .receives(Scene.ACK);
    scene.run();
    assertEquals(seconds(20), attempt.abortedAt().orElseThrow());
    assertEquals(
        new Ending.TimedOut(Ending.Phase.ACK, seconds(20)),
        scene.heard.disconnects().getFirst().ending());
  }

  @Test
  void L07_theTimeAHelloTakesCountsToo() {
    scene.options.hello(
        number -> {
          scene.time.advance(seconds(18));
          return Scene.hello(number);
        });
    var attempt = scene.attempt().awaitsText().after(seconds(3)).receives(Scene.ACK);
    scene.run();
    assertEquals(seconds(20), attempt.abortedAt().orElseThrow());
  }

  @Test
  void L09_acceptThenCloseDoesNotStartTheBackoffOver() {
    for (int i = 0; i < 8; i++) {
      scene.attempt().acks().after(seconds(29)).closes(1000, "disconnected");
    }
    scene.run();
    assertEquals(8, scene.counted(WsCounter.OPENED));
    assertEquals(
        LongStream.of(1, 2, 4, 8, 16, 30, 30, 30).mapToObj(Duration::ofSeconds).toList(),
        scene.time.slept());
  }

  @Test
  void L09_aStableSpellStartsTheBackoffOver() {
    scene.attempt().refused();
    scene.attempt().refused();
    scene.attempt().acks().after(seconds(30)).ends();
    scene.attempt().refused();
    scene.run();
    assertEquals(
        LongStream.of(1, 2, 1, 2).mapToObj(Duration::ofSeconds).toList(), scene.time.slept());
  }

  @Test
  void L10_aHundredClientsComeBackAtDifferentTimes() {
    var firstDelays = LongStream.range(0, 100).mapToObj(seed -> delays(seed).getFirst()).toList();
    for (Duration delay : firstDelays) {
      assertTrue(delay.compareTo(seconds(1)) <= 0 && !delay.isNegative(), "drawn " + delay);
    }
    assertEquals(100, firstDelays.stream().distinct().count());
    for (int tenth = 0; tenth < 10; tenth++) {
      int bucket = tenth;
      long there = firstDelays.stream().filter(delay -> delay.toMillis() / 100 == bucket).count();
      assertTrue(there > 0 && there < 30, there + " of 100 in the same tenth of a second");
    }
  }

  @Test
  void L10_theSameSeedGivesTheSameDelays() {
    assertEquals(delays(7), delays(7));
    assertNotEquals(delays(7), delays(8));
  }

  @Test
  void L10_slowRetriesAndRetryAfterAreSpreadToo() {
    var one = new Scene().seeded(1);
    var other = new Scene().seeded(2);
    for (Scene each : List.of(one, other)) {
      each.attempt().fails(new Ending.UpgradeRefused(404, Optional.empty(), ""));
      each.attempt().fails(new Ending.UpgradeRefused(503, Optional.of(seconds(9)), ""));
      each.run();
    }
    assertNotEquals(one.time.slept().get(0), other.time.slept().get(0));
    assertNotEquals(one.time.slept().get(1), other.time.slept().get(1));
  }

  private static List<Duration> delays(long seed) {
    Scene scene = new Scene().seeded(seed);
    for (int i = 0; i < 4; i++) {
      scene.attempt().refused();
    }
    return scene.run().time.slept();
  }

  @Test
  void retryAfterIsHonouredOnTopOfTheJitter() {
    scene.attempt().fails(new Ending.UpgradeRefused(503, Optional.of(seconds(120)), "busy"));
    scene.run();
    assertEquals(List.of(seconds(120 + 1)), scene.time.slept());
    assertEquals(
        List.of("disconnect 1006 the server answered HTTP 503: busy"),
        scene.heard.lines("disconnect"));
  }

  @Test
  void retryAfterIsHonouredForFiveMinutesAtMost() {
    scene.attempt().fails(new Ending.UpgradeRefused(429, Optional.of(Duration.ofDays(400)), ""));
    scene.run();
    assertEquals(List.of(seconds(300 + 1)), scene.time.slept());
  }

  @Test
  void whatWillNotHealSoonIsRetriedSlowly() {
    scene.attempt().fails(new Ending.UpgradeRefused(403, Optional.empty(), ""));
    scene.attempt().fails(new Ending.ConnectFailed(Ending.ConnectStep.UNTRUSTED, "untrusted"));
    scene.attempt().fails(new Ending.ConnectFailed(Ending.ConnectStep.PROXY, "407"));
    scene.attempt().refused();
    scene.run();
    assertEquals(List.of(seconds(120), seconds(120), seconds(120), seconds(1)), scene.time.slept());
  }

  @Test
  void everyStatusChangeCarriesCauseAttemptAndTheTimeOfTheNextTry() {
    scene.attempt().refused();
    scene.attempt().acks().ends();
    scene.run();
    var changes = scene.heard.changes();
    assertEquals(
        new StatusChange(WsStatus.CONNECTING, Optional.empty(), 1, Optional.empty()),
        changes.get(0));
    StatusChange reconnecting = changes.get(1);
    assertEquals(1, reconnecting.attempt());
    assertInstanceOf(Ending.ConnectFailed.class, reconnecting.cause().orElseThrow());
    assertEquals(FakeTime.WALL_START.plus(seconds(1)), reconnecting.nextTry().orElseThrow());
    assertEquals(2, changes.get(2).attempt());
    assertEquals(Optional.empty(), changes.get(2).nextTry());
    assertEquals(WsStatus.RECONNECTING, changes.get(3).status());
    StatusChange closed = changes.get(4);
    assertEquals(Optional.of(new Ending.Requested()), closed.cause());
    assertEquals(Optional.empty(), closed.nextTry());
  }

  @Test
  void theTransportIsToldAddressHeadersAndLimit() {
    scene.options.header("X-One", "1").header("X-One", "2").inboundLimit(77);
    scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(
        new Transport.Request(
            URI.create("ws://fake.test/ws"), Map.of("X-One", List.of("1", "2")), 77),
        scene.transport.requests().getFirst());
  }
}
