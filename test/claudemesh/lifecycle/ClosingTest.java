package claudemesh.lifecycle;

import static claudemesh.lifecycle.Scene.seconds;
import static claudemesh.lifecycle.Scene.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Our own end, asked for at every point. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ClosingTest {

  private final Scene scene = new Scene();

  @Test
  void L16_theCloseFrameIsAnsweredBeforeTheSocketIsCut() {
    var attempt = scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(List.of("1000"), attempt.closesSent());
    assertEquals(seconds(0), attempt.abortedAt().orElseThrow());
  }

  @Test
  void L16_aPeerThatDoesNotAnswerTheCloseIsCutAfterTwoSeconds() {
    var attempt = scene.attempt().acks().ignoresClose().then(scene::close);
    attempt.after(seconds(1)).receives(text("still talking")).receivesPing();
    scene.run();
    assertEquals(seconds(2), attempt.abortedAt().orElseThrow());
    assertEquals(List.of(), scene.heard.lines("message"));
  }

  @Test
  void L16_whatWasTakenIsWrittenBeforeTheCloseFrame() {
    scene.when(
        "open",
        () -> {
          IntStream.range(0, 3).forEach(i -> scene.send(text("m" + i)));
          scene.close();
        });
    var attempt = scene.attempt().awaitsText().stopsReading().receives(Scene.ACK);
    attempt.after(seconds(1)).readsAgain();
    scene.run();
    assertEquals(4, attempt.sent().size());
    assertEquals(List.of("1000"), attempt.closesSent());
    assertEquals(0, scene.counted(WsCounter.UNSENT));
    assertEquals(seconds(1), attempt.abortedAt().orElseThrow());
  }

  @Test
  void L16_aPeerThatTakesNothingIsCutAfterTwoSecondsAndTheRestIsCounted() {
    scene.when(
        "open",
        () -> {
          IntStream.range(0, 3).forEach(i -> scene.send(text("m" + i)));
          scene.close();
        });
    var attempt = scene.attempt().awaitsText().stopsReading().receives(Scene.ACK).ignoresClose();
    scene.run();
    assertEquals(3, scene.counted(WsCounter.UNSENT));
    assertEquals(seconds(2), attempt.abortedAt().orElseThrow());
  }

  @Test
  void L16_aHandleThatNeverBeganIsClosedAtOnceAndForGood() throws InterruptedException {
    List<WsStatus> told = new ArrayList<>();
    WsListener<Json> listener =
        new WsListener<>() {
          @Override
          public void onStatus(StatusChange change) {
            told.add(change.status());
          }
        };
    var handle = WsLifecycle.create(scene.options.listener(listener).build());
    handle.close();
    assertEquals(WsStatus.CLOSED, handle.status());
    assertTrue(handle.awaitClosed(Duration.ZERO));
    handle.begin();
    handle.close();
    assertEquals(List.of(WsStatus.CLOSED), told);
    assertEquals(List.of(), scene.transport.requests());
  }

  @Test
  void aHandleBeginsOnce() {
    var options =
        WsOptions.json("ws://fake.test/")
            .transport(
                (request, deadline) -> {
                  throw new Transport.ConnectException(new Ending.Lost("no network here"));
                });
    try (var handle = WsLifecycle.create(options.build())) {
      assertEquals(WsStatus.CONNECTING, handle.status());
      handle.begin();
      assertThrows(IllegalStateException.class, handle::begin);
    }
  }

  @Test
  void L17_closeInTheDisconnectCallbackIsTheLastWord() {
    scene.when("disconnect", scene::close);
    scene.attempt().acks().ends();
    scene.attempt().acks();
    scene.run();
    assertEquals(List.of(), scene.time.slept());
    assertEquals(1, scene.transport.requests().size());
    assertEquals("closed: closed by this program", scene.heard().getLast());
  }

  @Test
  void L17_closeInTheReconnectingCallbackIsTheLastWord() {
    scene.when("reconnecting", scene::close);
    scene.attempt().refused();
    scene.attempt().acks();
    scene.run();
    assertEquals(List.of(), scene.time.slept());
    assertEquals(1, scene.transport.requests().size());
  }

  @Test
  void L17_closeInTheConnectingCallbackConnectsNothing() {
    scene.when("connecting", scene::close);
    scene.attempt().acks();
    scene.run();
    assertEquals(List.of(), scene.transport.requests());
    assertEquals(List.of("connecting", "closed: closed by this program"), scene.heard());
  }

  @Test
  void L17_closeInTheAckCallbackOpensNothing() {
    scene.when("ack", scene::close);
    var attempt = scene.attempt().acks().receives(text("unheard"));
    scene.run();
    assertEquals(List.of("connecting", "ack", "closed: closed by this program"), scene.heard());
    assertEquals(List.of("1000"), attempt.closesSent());
  }

  @Test
  void L17_closeInTheOpenCallbackDeliversNothingMore() {
    scene.when("open", scene::close);
    scene.attempt().acks().receives(text("unheard"));
    scene.run();
    assertEquals(
        List.of("connecting", "ack", "open", "closed: closed by this program"), scene.heard());
  }

  @Test
  void L17_closeInTheMessageCallbackDeliversNothingMore() {
    scene.when("message", scene::close);
    scene.attempt().acks().receives(text("one")).receives(text("two"));
    scene.run();
    assertEquals(List.of("message one"), scene.heard.lines("message"));
  }

  @Test
  void closeDuringTheSleepEndsIt() {
    scene.time.duringSleep(scene::close);
    scene.attempt().refused();
    scene.attempt().acks();
    scene.run();
    assertEquals(seconds(0), scene.time.passed());
    assertEquals(1, scene.transport.requests().size());
  }

  @Test
  void closeWhileTheHelloIsBuiltSendsNoHello() {
    scene.options.hello(
        number -> {
          Thread.ofVirtual().start(scene::close);
          new CountDownLatch(1).await(); // until it is interrupted, for the loop is
          return Scene.hello(number);
        });
    var attempt = scene.attempt();
    scene.run();
    assertEquals(List.of(), attempt.sent());
    assertEquals(List.of("connecting", "closed: closed by this program"), scene.heard());
  }

  @Test
  void closeIsIdempotent() {
    scene.when("message", scene::close);
    var attempt = scene.attempt().acks().receives(text("one")).then(scene::close);
    scene.run();
    scene.close();
    scene.close();
    assertEquals(1, scene.heard.lines("closed").size());
    assertEquals(List.of("1000"), attempt.closesSent());
  }

  @Test
  void whoWaitsForOpenHearsThePeersWords() {
    scene.attempt().awaitsText().receives(Scene.error("unauthorized", "no such member"));
    scene.run();
    var failure = assertThrows(NotOpenException.class, this::awaitOpenElsewhere);
    assertTrue(failure.getMessage().contains("unauthorized, no such member"), failure.getMessage());
    assertTrue(failure.isFinal());
    assertEquals(new Ending.Refused("unauthorized", "no such member"), failure.ending().get());
  }

  @Test
  void whoWaitsTooShortHearsHowTheLastAttemptEnded() {
    NotOpenException[] seen = new NotOpenException[1];
    scene.time.duringSleep(
        () -> seen[0] = assertThrows(NotOpenException.class, this::awaitOpenElsewhere));
    scene.attempt().refused();
    scene.run();
    assertEquals("not open after 0.0 s: connection refused", seen[0].getMessage());
    assertEquals(false, seen[0].isFinal());
  }

  private void awaitOpenElsewhere() throws Exception {
    var wait =
        new FutureTask<Void>(
            () -> {
              scene.lifecycle().awaitOpen(Duration.ZERO);
              return null;
            });
    Thread.ofVirtual().start(wait);
    try {
      wait.get();
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }
}
