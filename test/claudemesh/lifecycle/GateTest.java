package claudemesh.lifecycle;

import static claudemesh.lifecycle.Scene.seconds;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A turn is taken before an attempt and given back when it is decided. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GateTest {

  private final Scene scene = new Scene();
  private final List<String> turns = new ArrayList<>();
  private Runnable waiting = () -> {};

  private final TurnGate gate =
      new TurnGate() {
        @Override
        public void enter() throws InterruptedException {
          waiting.run();
          FakeTime.requireNotInterrupted();
          turns.add("in at " + scene.time.passed().toSeconds());
        }

        @Override
        public void leave() {
          turns.add("out at " + scene.time.passed().toSeconds());
        }
      };

  private void run() {
    scene.options.gate(gate);
    scene.run();
  }

  @Test
  void theTurnIsOverWhenTheConnectionIsOpen() {
    scene.attempt().connectsAfter(seconds(2)).acks().after(seconds(10)).then(scene::close);
    run();
    assertEquals(List.of("in at 0", "out at 2"), turns);
  }

  @Test
  void theTurnIsOverWhenTheAttemptHasFailedAndTheNextOneTakesItsOwn() {
    scene.attempt().refused();
    scene.attempt().connectsAfter(seconds(3)).after(seconds(1)).ends();
    scene.attempt().acks().then(scene::close);
    run();
    assertEquals(
        List.of("in at 0", "out at 0", "in at 1", "out at 5", "in at 7", "out at 7"), turns);
  }

  @Test
  void theTimeOfAnAttemptBeginsWithItsTurn() {
    waiting = () -> scene.time.advance(seconds(3_600));
    scene.attempt().connectsAfter(seconds(19)).acks().then(scene::close);
    run();
    assertEquals(List.of(), scene.heard.disconnects());
  }

  @Test
  void closingWhileItWaitsForItsTurnTakesNone() {
    waiting = scene::close;
    run();
    assertEquals(List.of(), turns);
    assertEquals(new Ending.Requested(), scene.ending());
  }
}
