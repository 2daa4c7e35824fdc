package claudemesh.broker;

import static claudemesh.broker.BrokerRig.ALPHA;
import static claudemesh.broker.BrokerRig.BRAVO;
import static claudemesh.broker.BrokerRig.CHARLIE;
import static claudemesh.broker.BrokerRig.frame;
import static claudemesh.broker.BrokerRig.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A peer that does not read is cut, costs nobody else anything, and its mail waits for it. */
class SlowReaderTest {

  private static final String CUT = "broker_slow_consumers_total 1";
  private static final int MUCH = 100 << 20;
  // What the kernel takes for a reader on this machine is 4 to 10 MB.
  private static final int FILLS_THE_KERNEL = 250;
  private static final Json CHANGE =
      frame("set_state").toBuilder().put("key", "k").put("value", "x".repeat(65_000)).build();

  @TempDir Path folder;
  private BrokerRig rig;
  private TestPeer alpha;
  private TestPeer slow;

  @AfterEach
  void stop() {
    rig.close();
  }

  private void start(int buffer, Duration stall) throws IOException {
    SocketLimits limits = new SocketLimits(100, 8_000, 8_000, 4_096, buffer, stall);
    // In memory: these tests are about sockets, and write megabytes.
    rig = BrokerRig.start(folder, options -> options.withSocketLimits(limits).inMemory());
    alpha = rig.member(ALPHA, "a");
    slow = rig.member(BRAVO, "b");
    slow.drain();
    slow.stopReading();
    for (int i = 0; i < 3; i++) {
      rig.send(alpha, BRAVO.publicHex(), "t" + i);
    }
  }

  private boolean isCut() {
    return rig.metrics().contains("\n" + CUT + "\n");
  }

  private void requireMailAndOthers() {
    rig.leave(rig.member(CHARLIE, "c")); // the others are served
    TestPeer back = rig.member(BRAVO, "b2");
    assertEquals(List.of("t0", "t1", "t2"), texts(back.drainMail()));
  }

  @Test
  void whoLetsTooMuchWaitIsCutAndItsMailComesToItsNextConnection() throws Exception {
    start(200_000, Duration.ofHours(1));
    rig.await(
        "cut",
        () -> {
          alpha.say(CHANGE).drain();
          return isCut();
        });
    rig.await("gone", () -> rig.broker.live() == 1);
    requireMailAndOthers();
    rig.requireMetric(CUT);
    rig.requireMetric("broker_connections_ended_total{code=\"1006\"} 1");
  }

  @Test
  void whoReadsNothingForSoLongIsCutAndItsMailComesToItsNextConnection() throws Exception {
    start(MUCH, Duration.ofSeconds(3));
    for (int i = 0; i < FILLS_THE_KERNEL; i++) {
      alpha.say(CHANGE);
    }
    alpha.drain();
    rig.pass(Duration.ofSeconds(1));
    rig.pass(Duration.ofSeconds(1));
    assertTrue(!isCut(), "cut before its time");
    rig.await(
        "cut",
        () -> {
          rig.pass(Duration.ofSeconds(1));
          return isCut();
        });
    rig.await("gone", () -> rig.broker.live() == 1);
    requireMailAndOthers();
  }

  @Test
  void whoReadsIsNotCutHoweverMuchComes() throws Exception {
    SocketLimits limits = new SocketLimits(100, 8_000, 8_000, 4_096, MUCH, Duration.ofSeconds(3));
    rig = BrokerRig.start(folder, options -> options.withSocketLimits(limits).inMemory());
    alpha = rig.member(ALPHA, "a");
    TestPeer reader = rig.member(BRAVO, "b");
    for (int i = 0; i < FILLS_THE_KERNEL; i++) {
      alpha.say(CHANGE);
      reader.next("state_change");
    }
    for (int i = 0; i < 5; i++) {
      rig.pass(Duration.ofSeconds(1));
      alpha.say(CHANGE); // so that the write before is known to be over when time goes on
      reader.next("state_change");
    }
    rig.requireMetric("broker_slow_consumers_total 0");
    assertTrue(reader.isOpen());
  }
}
