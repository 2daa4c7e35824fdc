package claudemesh.lifecycle;

import static claudemesh.lifecycle.Scene.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Log;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Lives of a lifecycle drawn by chance: peers that refuse, fall silent, flood, stop reading and
 * cut; listeners that throw, send and close; clocks that jump. The fakes hold I4, I5, I7 and I13 at
 * every step and a whole life is looked at once more at its end. A seed is a life: {@code replay}
 * it.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SimulatorTest {

  private static final int LIVES = 10_000;

  @BeforeAll
  static void quiet() {
    Log.configure(Log.Level.OFF, false, OutputStream.nullOutputStream());
  }

  @AfterAll
  static void loud() {
    Log.configure(Log.Level.WARN, false, new FileOutputStream(FileDescriptor.err));
  }

  @Test
  void tenThousandLivesKeepTheInvariants() {
    long opened = 0;
    long received = 0;
    for (Scene scene : lives(LIVES)) {
      opened += scene.counted(WsCounter.OPENED);
      received += scene.counted(WsCounter.RECEIVED);
    }
    assertTrue(opened > LIVES / 2 && received > LIVES, "the lives are too dull to tell anything");
  }

  @Test
  void aSeedIsAlwaysTheSameLife() {
    List<List<String>> once = lives(100).stream().map(Scene::heard).toList();
    assertEquals(once, lives(100).stream().map(Scene::heard).toList());
  }

  private static List<Scene> lives(int count) {
    return LongStream.range(0, count).mapToObj(seed -> live(seed)).toList();
  }

  private static Scene live(long seed) {
    try {
      return new Life(seed).play();
    } catch (Throwable e) {
      throw new AssertionError("replay: new Life(" + seed + "L).play()", e);
    }
  }

  /** One life. */
  private static final class Life {

    private final Random random;
    private final Scene scene;
    private final List<FakeConnection> attempts = new ArrayList<>();
    private int texts;
    private int refused;

    Life(long seed) {
      random = new Random(seed);
      scene = new Scene().seeded(seed);
    }

    Scene play() {
      scene.options.hello(this::hello).outboundLimit(500, 5).retryRule(RetryRule.PLAIN);
      scene.heard.react(line -> react());
      scene.time.duringSleep(() -> maybe(50, scene::close));
      int planned = 1 + random.nextInt(5);
      for (int i = 0; i < planned; i++) {
        attempts.add(attempt());
      }
      scene.run();
      look();
      return scene;
    }

    private String hello(int number) throws Exception {
      maybe(10, () -> scene.time.advance(Duration.ofSeconds(random.nextInt(25))));
      if (random.nextInt(15) == 0) {
        throw new Exception("no key");
      }
      return Scene.hello(number);
    }

    private FakeConnection attempt() {
      FakeConnection peer = scene.attempt();
      maybe(4, () -> peer.connectsAfter(Duration.ofSeconds(random.nextInt(25))));
      maybe(5, () -> peer.fails(connectFailure()));
      maybe(6, () -> peer.receives(text("early")));
      maybe(20, () -> peer.receives(Scene.ACK));
      maybe(20, peer::receivesBinary);
      boolean lively = random.nextInt(3) == 0;
      if (lively) {
        peer.answersPings();
      }
      maybe(3, peer::ignoresClose);
      peer.awaitsText();
      maybe(6, () -> peer.receives(text("early")));
      maybe(15, () -> peer.receives(Scene.error("unauthorized", "no")));
      maybe(3, () -> peer.after(Duration.ofSeconds(random.nextInt(7))));
      peer.receives(Scene.ACK);
      int steps = random.nextInt(12);
      for (int i = 0; i < steps; i++) {
        step(peer);
      }
      if (lively || random.nextBoolean()) { // a silent peer ends by itself, a lively one never
        peer.ends(ending());
      }
      return peer;
    }

    private void step(FakeConnection peer) {
      maybe(2, () -> peer.after(Duration.ofMillis(random.nextInt(100_000))));
      switch (random.nextInt(12)) {
        case 0 -> peer.receives("null");
        case 1 -> peer.receivesBinary();
        case 2 -> peer.receivesPing();
        case 3 -> peer.receives(Scene.ACK);
        case 4 -> peer.stopsReading();
        case 5 -> peer.readsAgain();
        case 6 -> peer.then(this::sendIfPossible);
        case 7 ->
            peer.then(() -> scene.time.jumpWall(Duration.ofMinutes(random.nextInt(120) - 60)));
        case 8 -> peer.then(() -> maybe(4, scene::close));
        default -> peer.receives(text("push " + texts++));
      }
    }

    private Ending connectFailure() {
      return switch (random.nextInt(4)) {
        case 0 -> new Ending.UpgradeRefused(503, Optional.of(Duration.ofHours(1)), "busy");
        case 1 -> new Ending.UpgradeRefused(404, Optional.empty(), "");
        case 2 -> new Ending.TimedOut(Ending.Phase.CONNECT, Duration.ofSeconds(20));
        default -> new Ending.ConnectFailed(Ending.ConnectStep.CONNECT, "refused");
      };
    }

    private Ending ending() {
      return switch (random.nextInt(5)) {
        case 0 -> new Ending.PeerClosed(1008, "unauthorized");
        case 1 -> new Ending.PeerClosed(1001, "");
        case 2 -> new Ending.Lost("reset");
        default -> new Ending.PeerClosed(1006, "");
      };
    }

    private void react() {
      maybe(5, this::sendIfPossible);
      maybe(10, () -> scene.time.advance(Duration.ofSeconds(random.nextInt(100))));
      maybe(80, scene::close);
      maybe(
          8,
          () -> {
            throw new IllegalStateException("a listener of little faith");
          });
    }

    private void sendIfPossible() {
      try {
        scene.lifecycle().send(text("send " + texts++));
      } catch (SendRefusedException e) {
        refused++; // not open, or full: both are legal here
      }
    }

    private void maybe(int oneIn, Runnable action) {
      if (random.nextInt(oneIn) == 0) {
        action.run();
      }
    }

    // ── a whole life, from its end ─────────────────────────────────────────────────────────────

    private void look() {
      List<String> heard = scene.heard();
      assertEquals("connecting", heard.getFirst());
      assertTrue(heard.getLast().startsWith("closed"), heard::toString);
      assertEquals(
          heard.stream().filter(line -> line.startsWith("disconnect")).count(),
          heard.stream().filter(line -> line.startsWith("reconnecting")).count());
      assertTrue(refused + scene.counted(WsCounter.SENT) <= texts);
      assertEquals(scene.counted(WsCounter.OPENED), scene.heard.lines("open").size());
      assertEquals(scene.counted(WsCounter.RECEIVED), scene.heard.lines("message").size());
      assertEquals(List.of(), scene.heard.lines("message early"), "(I4)");
      requirePushesInOrder();
      requireEverySendAccountedFor();
      requireNothingAfterATerminalEnd();
    }

    private void requirePushesInOrder() {
      List<Integer> pushes =
          scene.heard.lines("message push ").stream()
              .map(line -> Integer.valueOf(line.substring("message push ".length())))
              .toList();
      assertEquals(pushes.stream().sorted().distinct().toList(), pushes, "(I3)");
    }

    private void requireEverySendAccountedFor() {
      long written =
          attempts.stream()
              .flatMap(attempt -> attempt.sent().stream())
              .filter(sent -> sent.contains("send "))
              .count();
      long stuck = attempts.stream().filter(FakeConnection::endedStuck).count();
      // The peer takes everything until the hello is through, so what is stuck is never a hello.
      assertEquals(
          scene.counted(WsCounter.SENT),
          written - stuck + scene.counted(WsCounter.UNSENT),
          "sent = written + counted as unsent");
    }

    private void requireNothingAfterATerminalEnd() {
      for (Disconnect disconnect : scene.heard.disconnects()) {
        assertTrue(
            Decision.about(disconnect.ending(), RetryRule.PLAIN) != Decision.STOP,
            () -> "goes on after " + disconnect + " (I13)");
      }
    }
  }
}
