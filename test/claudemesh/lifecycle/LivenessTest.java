package claudemesh.lifecycle;

import static claudemesh.lifecycle.Scene.seconds;
import static claudemesh.lifecycle.Scene.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether the peer still lives, and whether it is we who were away. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LivenessTest {

  private final Scene scene = new Scene();

  private Ending firstEnding() {
    return scene.heard.disconnects().getFirst().ending();
  }

  @Test
  void L30_aSilentPeerIsPingedAndGivenUpAfter75Seconds() {
    var attempt = scene.attempt().acks();
    scene.run();
    assertEquals(List.of(1.0, 2.0, 3.0, 33.0, 63.0), attempt.pings());
    assertEquals(seconds(75), attempt.abortedAt().orElseThrow());
    assertEquals(new Ending.TimedOut(Ending.Phase.LIFE, seconds(75)), firstEnding());
    assertEquals(List.of(), attempt.closesSent());
  }

  @Test
  void L30_aPeerThatAnswersPingsStaysForEver() {
    var attempt =
        scene.attempt().acks().answersPings().after(Duration.ofHours(8)).then(scene::close);
    scene.run();
    assertEquals(List.of(), scene.heard.disconnects());
    assertTrue(attempt.pings().size() >= 8 * 120 - 1, attempt.pings().size() + " pings in 8 hours");
  }

  @Test
  void L30_aPeerThatPingsOrSpeaksLives() {
    var attempt = scene.attempt().acks();
    for (int i = 0; i < 100; i++) {
      attempt.after(seconds(74)).receivesPing().after(seconds(74)).receives(text("hi"));
    }
    attempt.then(scene::close);
    scene.run();
    assertEquals(List.of(), scene.heard.disconnects());
  }

  @Test
  void L30_settingTheClockKillsNothing() {
    var attempt = scene.attempt().acks().answersPings();
    for (Duration jump : List.of(seconds(120), Duration.ofHours(1), Duration.ofHours(-2))) {
      attempt.after(seconds(10)).then(() -> scene.time.jumpWall(jump));
    }
    attempt.after(seconds(60)).then(scene::close);
    scene.run();
    assertEquals(List.of(), scene.heard.disconnects());
  }

  @Test
  void L30_aJumpOfTheWallClockMeansProbeFirst() {
    // The machine slept for an hour, of which the monotonic clock knows nothing.
    var attempt =
        scene
            .attempt()
            .acks()
            .after(seconds(10))
            .then(() -> scene.time.jumpWall(Duration.ofHours(1)));
    scene.run();
    // At the end of the wait under way it asks, and gives the peer 4 s.
    assertEquals(List.of(1.0, 2.0, 3.0, 33.0), attempt.pings());
    assertEquals(seconds(37), attempt.abortedAt().orElseThrow());
    assertEquals(new Ending.TimedOut(Ending.Phase.LIFE, seconds(4)), firstEnding());
  }

  @Test
  void L30_aPeerThatAnswersTheProbeIsKept() {
    var attempt = scene.attempt().acks();
    attempt.after(seconds(10)).then(() -> scene.time.jumpWall(Duration.ofHours(1)));
    attempt.after(seconds(25)).receivesPing().after(seconds(74)).receivesPing();
    attempt.then(scene::close);
    scene.run();
    assertEquals(List.of(), scene.heard.disconnects());
  }

  @Test
  void L30_aProcessThatWasStoppedAsksBeforeItGivesUp() {
    // SIGSTOP for two minutes: both clocks went on, and the wait took far longer than asked for.
    var attempt =
        scene.attempt().acks().after(seconds(10)).then(() -> scene.time.advance(seconds(120)));
    attempt.answersPings().after(seconds(60)).then(scene::close);
    scene.run();
    assertEquals(List.of(), scene.heard.disconnects());
  }

  @Test
  void L30_aListenerThatWorksForMinutesIsNotThePeersSilence() {
    scene.when("message", () -> scene.time.advance(Duration.ofMinutes(5)));
    scene
        .attempt()
        .acks()
        .answersPings()
        .receives(text("work"))
        .after(seconds(400))
        .then(scene::close);
    scene.run();
    assertEquals(List.of(), scene.heard.disconnects());
  }

  @Test
  void L30_everyConnectionHasItsOwnClock() {
    scene.attempt().acks().after(seconds(70)).ends();
    var second = scene.attempt().acks();
    scene.run();
    assertEquals(seconds(70 + 1 + 75), second.abortedAt().orElseThrow(), "75 s of its own silence");
  }

  @Test
  void L30_intervalAndLimitAreOptions() {
    scene.options.liveness(seconds(3), seconds(10));
    var attempt = scene.attempt().acks();
    scene.run();
    assertEquals(List.of(1.0, 2.0, 3.0, 6.0, 9.0), attempt.pings());
    assertEquals(seconds(10), attempt.abortedAt().orElseThrow());
  }

  @Test
  void threePingsFollowTheLastMessageOfABurst() {
    // The JDK may lose a FIN on the heels of a message; the third ping cannot be written then.
    var attempt = scene.attempt().acks();
    attempt.after(seconds(0.5)).receives(text("one")).after(seconds(0.9)).receives(text("two"));
    attempt.after(seconds(10)).then(scene::close);
    scene.run();
    assertEquals(List.of(2.4, 3.4, 4.4), attempt.pings());
  }
}
