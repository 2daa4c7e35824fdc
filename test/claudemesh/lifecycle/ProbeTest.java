package claudemesh.lifecycle;

import static claudemesh.lifecycle.Scene.seconds;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The machine woke up, or its network changed: back at once, if at all possible. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ProbeTest {

  private final Scene scene = new Scene();

  private void probe() {
    scene.lifecycle().probe();
  }

  @Test
  void L30_aDeadPeerIsNoticedWithinTheProbeAndReplacedAtOnce() {
    var first = scene.attempt().acks().after(seconds(10)).then(this::probe);
    var second = scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(List.of(1.0, 2.0, 3.0, 10.0), first.pings());
    assertEquals(seconds(14), first.abortedAt().orElseThrow());
    assertEquals(seconds(14), second.abortedAt().orElseThrow(), "without any backoff");
    assertEquals(List.of(), scene.time.slept());
  }

  @Test
  void aPeerThatAnswersIsKeptAndItsLaterEndIsAnOrdinaryOne() {
    var first = scene.attempt().acks().answersPings();
    first.after(seconds(10)).then(this::probe).after(seconds(50)).ends();
    scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(seconds(60), first.abortedAt().orElseThrow());
    assertEquals(List.of(seconds(1)), scene.time.slept(), "the probe is over and done with");
  }

  @Test
  void anAttemptThatWaitsForItsTurnIsMadeNowAndTheBackoffStartsOver() {
    for (int i = 0; i < 3; i++) {
      scene.attempt().refused();
    }
    scene.attempt().refused();
    scene.attempt().acks().then(scene::close);
    AtomicInteger sleeps = new AtomicInteger();
    scene.time.duringSleep(
        () -> {
          if (sleeps.incrementAndGet() == 3) {
            probe();
          }
        });
    scene.run();
    List<Duration> slept = scene.time.slept();
    assertEquals(List.of(seconds(1), seconds(2), seconds(4), seconds(1)), slept);
    assertEquals(seconds(1 + 2 + 1), scene.time.passed(), "the third was cut short");
  }

  @Test
  void anAttemptUnderWayGoesOnAndIfItFailsTheNextOneFollowsAtOnce() {
    scene.attempt().withoutHello().after(seconds(2)).then(this::probe).ends();
    scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(List.of(), scene.time.slept());
    assertEquals(seconds(2), scene.time.passed());
  }

  @Test
  void anAttemptUnderWayThatSucceedsLeavesNothingToHurry() {
    scene.attempt().then(this::probe).acks().after(seconds(10)).ends();
    scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(List.of(seconds(1)), scene.time.slept());
  }

  @Test
  void I13_whatIsClosedStaysClosed() {
    scene.attempt().acks().closes(4002, "banned");
    scene.options.retryRule(
        new RetryRule() {
          @Override
          public Decision onClose(int code, String reason) {
            return Decision.STOP;
          }

          @Override
          public Decision onRefusal(String code) {
            return Decision.STOP;
          }
        });
    scene.run();
    probe();
    assertEquals(WsStatus.CLOSED, scene.lifecycle().status());
  }
}
