package claudemesh.lifecycle;

import static claudemesh.lifecycle.Scene.ACK;
import static claudemesh.lifecycle.Scene.error;
import static claudemesh.lifecycle.Scene.hello;
import static claudemesh.lifecycle.Scene.seconds;
import static claudemesh.lifecycle.Scene.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.lifecycle.SendRefusedException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From the upgrade to the hello ack. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HelloTest {

  private final Scene scene = new Scene();

  private Ending firstEnding() {
    return scene.heard.disconnects().getFirst().ending();
  }

  @Test
  void L02_aHelloThatCannotBeBuiltEndsTheAttemptAndIsRetried() {
    scene.options.hello(
        number -> {
          if (number == 1) {
            throw new IOException("key file unreadable");
          }
          return hello(number);
        });
    var first = scene.attempt();
    var second = scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(seconds(0), first.abortedAt().orElseThrow());
    assertEquals(List.of(), first.sent());
    assertEquals(new Ending.HelloFailed("java.io.IOException: key file unreadable"), firstEnding());
    assertEquals(List.of(seconds(1)), scene.time.slept());
    assertEquals(List.of(hello(2)), second.sent());
    assertEquals(1, scene.heard.lines("open").size());
  }

  @Test
  void L02_neitherNullNorHalfASurrogatePairIsAHello() {
    scene.options.hello(number -> number == 1 ? null : number == 2 ? "\ud800" : hello(number));
    scene.attempt();
    scene.attempt();
    scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(2, scene.heard.disconnects().size());
    scene
        .heard
        .disconnects()
        .forEach(ended -> assertInstanceOf(Ending.HelloFailed.class, ended.ending()));
    assertEquals(1, scene.heard.lines("open").size());
  }

  @Test
  void L03_aHelloThatHangsEndsAtTheDeadlineOfItsAttempt() {
    CountDownLatch interrupted = new CountDownLatch(1);
    scene.options.attemptTimeout(Duration.ofMillis(50)); // the one wait here in real time
    scene.options.hello(
        number -> {
          if (number == 1) {
            try {
              new CountDownLatch(1).await();
            } finally {
              interrupted.countDown();
            }
          }
          return hello(number);
        });
    var first = scene.attempt();
    scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(new Ending.TimedOut(Ending.Phase.HELLO, Duration.ofMillis(50)), firstEnding());
    assertTrue(first.abortedAt().isPresent());
    assertEquals(1, scene.heard.lines("open").size());
    assertEquals(0, interrupted.getCount(), "the builder left behind was not interrupted");
  }

  @Test
  void L05_ackBeforeTheHelloIsAProtocolError() {
    var first = scene.attempt().receives(ACK);
    scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(
        new Ending.Violation(1002, "it acknowledged a hello that was not sent yet"), firstEnding());
    assertEquals(List.of(), first.sent());
    assertEquals(seconds(0), first.abortedAt().orElseThrow());
    assertEquals(1, scene.heard.lines("ack").size());
  }

  @Test
  void L05_anAckThatComesWhileTheHelloIsBuiltIsAProtocolError() {
    scene.options.hello(
        number -> {
          scene.time.advance(seconds(3));
          return hello(number);
        });
    var first = scene.attempt().after(seconds(2)).receives(ACK);
    scene.run();
    assertInstanceOf(Ending.Violation.class, firstEnding());
    assertEquals(List.of(), first.sent());
  }

  @Test
  void L06_anAckThatDoesNotComeEndsInAnAbortAtOnce() {
    var first = scene.attempt();
    scene.run();
    assertEquals(new Ending.TimedOut(Ending.Phase.ACK, seconds(5)), firstEnding());
    assertEquals(seconds(5), first.abortedAt().orElseThrow());
    assertEquals(List.of(), first.closesSent(), "who does not answer would not answer this");
  }

  @Test
  void L14_nothingBeforeTheAckReachesTheListener() {
    scene
        .attempt()
        .receives(text("before the hello"))
        .awaitsText()
        .receives(text("before the ack"))
        .receives(ACK)
        .receives(text("after it"))
        .then(scene::close);
    scene.run();
    assertEquals(List.of("message after it"), scene.heard.lines("message"));
    assertEquals(2, scene.counted(WsCounter.EARLY));
    assertEquals(1, scene.counted(WsCounter.RECEIVED));
  }

  @Test
  void L15_anErrorBeforeTheAckEndsTheAttemptAtOnceWithThePeersWords() {
    var first = scene.attempt().awaitsText().receives(error("unauthorized", "no such member"));
    scene.run();
    assertEquals(new Ending.Refused("unauthorized", "no such member"), scene.ending());
    assertEquals(seconds(0), first.abortedAt().orElseThrow());
    assertEquals(
        List.of("closed: the peer refused the hello: unauthorized, no such member"),
        scene.heard.lines("closed"));
  }

  @Test
  void L15_anErrorBeforeTheHelloEndsTheAttemptToo() {
    var first = scene.attempt().receives(error("capacity", "mesh is full"));
    scene.run();
    assertEquals(new Ending.Refused("capacity", "mesh is full"), scene.ending());
    assertEquals(List.of(), first.sent());
  }

  @Test
  void L15_theRuleSaysWhatARefusalMeans() {
    scene.options.retryRule(
        new RetryRule() {
          @Override
          public Decision onClose(int code, String reason) {
            return Decision.RETRY;
          }

          @Override
          public Decision onRefusal(String code) {
            return code.equals("timestamp_skew") ? Decision.RETRY_SLOWLY : Decision.STOP;
          }
        });
    scene.attempt().awaitsText().receives(error("timestamp_skew", ""));
    scene.attempt().awaitsText().receives(error("revoked", ""));
    scene.attempt().acks();
    scene.run();
    assertEquals(List.of(seconds(120)), scene.time.slept());
    assertEquals(2, scene.transport.requests().size());
  }

  @Test
  void L19_aRepeatedAckIsCountedAndChangesNothing() {
    scene.attempt().refused();
    scene.attempt().acks().after(seconds(29)).receives(ACK).receives(ACK).after(seconds(5)).ends();
    scene.attempt().acks().receives(ACK).ends();
    scene.run();
    assertEquals(2, scene.heard.lines("ack").size());
    assertEquals(2, scene.heard.lines("open").size());
    assertEquals(3, scene.counted(WsCounter.STRAY_ACKS));
    assertEquals(0, scene.counted(WsCounter.RECEIVED));
    // Open for 34 s in all: the spell counts from the first ack, and the schedule starts over once.
    assertEquals(List.of(seconds(1), seconds(1), seconds(2)), scene.time.slept());
  }

  @Test
  void L19_anAckThatComesWhileClosingOpensNothing() {
    scene.attempt().awaitsText().then(scene::close).receives(ACK);
    scene.run();
    assertEquals(List.of("connecting", "closed: closed by this program"), scene.heard());
    assertEquals(0, scene.counted(WsCounter.OPENED));
  }

  @Test
  void L19_anAckAfterTheAckTimeoutIsNotHeard() {
    scene.attempt().awaitsText().after(seconds(5.001)).receives(ACK);
    scene.run();
    assertEquals(List.of(), scene.heard.lines("ack"));
  }

  @Test
  void L20_theHelloOfASlowSignerIsNotSentOnAConnectionThatHasEnded() {
    scene.options.hello(
        number -> {
          scene.time.advance(seconds(10));
          return hello(number);
        });
    var first = scene.attempt().after(seconds(4)).closes(1001, "going away");
    var second = scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(List.of(), first.sent());
    assertEquals(new Ending.PeerClosed(1001, "going away"), firstEnding());
    assertEquals(List.of(hello(2)), second.sent());
  }

  @Test
  void L20_theHelloOfASlowSignerIsNotSentOnALaterConnection() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch late = new CountDownLatch(1);
    scene.options.attemptTimeout(Duration.ofMillis(50));
    scene.options.hello(
        number -> {
          if (number == 1) {
            awaitStubbornly(release);
            late.countDown();
          }
          return hello(number);
        });
    var first = scene.attempt();
    var second = scene.attempt().acks();
    second.then(release::countDown).then(() -> awaitStubbornly(late)).then(scene::close);
    scene.run();
    assertEquals(List.of(), first.sent());
    assertEquals(List.of(hello(2)), second.sent());
  }

  private static void awaitStubbornly(CountDownLatch latch) {
    boolean done = false;
    while (!done) {
      try {
        latch.await();
        done = true;
      } catch (InterruptedException e) {
        // A key store that does not care for interrupts: that is what is tested.
      }
    }
  }

  @Test
  void L31_sendingIsRefusedUntilTheAckHasCome() {
    List<Reason> refusals = new ArrayList<>();
    Runnable send = () -> refusals.add(scene.refusalOf(text("too early")));
    scene.options.hello(
        number -> {
          send.run();
          return hello(number);
        });
    scene.when("connecting", send);
    var attempt =
        scene
            .attempt()
            .then(send)
            .awaitsText()
            .then(send)
            .receives(ACK)
            .awaitsText()
            .then(scene::close);
    scene.when(
        "open",
        () -> {
          assertEquals(4, refusals.size());
          scene.send(text("now"));
        });
    scene.run();
    assertEquals(List.of(hello(1), text("now")), attempt.sent());
    assertEquals(Collections.nCopies(4, Reason.NOT_OPEN), refusals);
    assertEquals(1, scene.counted(WsCounter.SENT));
  }

  @Test
  void L31_sendingIsRefusedWhileReconnectingAndOnceClosed() {
    scene.attempt().acks().ends();
    scene.time.duringSleep(() -> assertEquals(Reason.NOT_OPEN, scene.refusalOf("{}")));
    scene.run();
    assertEquals(1, scene.time.slept().size());
    assertEquals(Reason.NOT_OPEN, scene.refusalOf("{}"));
  }

  @Test
  void aFloodBeforeTheAckDoesNotOutlastTheAckTimeout() {
    // Each message takes a second to read, and the next one is there already.
    scene.options.ack(
        message -> {
          scene.time.advance(seconds(1));
          return Scene.classify(message);
        });
    var attempt = scene.attempt().awaitsText();
    for (int i = 0; i < 100; i++) {
      attempt.receives(text("flood " + i));
    }
    scene.run();
    assertEquals(new Ending.TimedOut(Ending.Phase.ACK, seconds(5)), firstEnding());
    assertEquals(seconds(5), attempt.abortedAt().orElseThrow());
  }

  @Test
  void aFloodBeforeTheHelloDoesNotOutlastTheAttempt() {
    scene.options.ack(
        message -> {
          scene.time.advance(seconds(1));
          return Scene.classify(message);
        });
    var attempt = scene.attempt();
    for (int i = 0; i < 100; i++) {
      attempt.receives(text("flood " + i));
    }
    scene.run();
    assertEquals(new Ending.TimedOut(Ending.Phase.ACK, seconds(20)), firstEnding());
    assertEquals(seconds(20), attempt.abortedAt().orElseThrow());
  }

  @Test
  void aMessageTheClassifierCannotReadIsUnreadableAndNothingMore() {
    scene
        .attempt()
        .awaitsText()
        .receives("{\"type\":7}")
        .receives(ACK)
        .receives("{\"type\":7}")
        .receives(text("readable"))
        .then(scene::close);
    scene.run();
    assertEquals(2, scene.counted(WsCounter.UNREADABLE));
    assertEquals(List.of("message readable"), scene.heard.lines("message"));
  }

  @Test
  void theHelloIsMadeAfreshForEveryAttempt() {
    var first = scene.attempt().acks().ends();
    var second = scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(List.of(hello(1)), first.sent());
    assertEquals(List.of(hello(2)), second.sent());
  }

  @Test
  void withoutHelloAndAckItIsOpenOnceConnected() {
    var plain = scene.options.hello(null).ack(null);
    var attempt = scene.attempt().withoutHello().receives(ACK).awaitsText().then(scene::close);
    scene.when("open", () -> scene.send(text("first")));
    assertEquals(plain, scene.options);
    scene.run();
    assertEquals(List.of(text("first")), attempt.sent());
    assertEquals(List.of("message {\"type\":\"hello_ack\"}"), scene.heard.lines("message"));
  }

  @Test
  void withoutAnAckItIsOpenOnceTheHelloIsSent() {
    scene.options.ack(null);
    var attempt = scene.attempt().withoutHello().awaitsText().then(scene::close);
    scene.run();
    assertEquals(List.of(hello(1)), attempt.sent());
    assertEquals(1, scene.heard.lines("open").size());
  }
}
