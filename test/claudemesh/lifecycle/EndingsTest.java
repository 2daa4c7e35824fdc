package claudemesh.lifecycle;

import static claudemesh.lifecycle.Scene.seconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Log;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How an attempt ends, what is told about it, and what follows. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EndingsTest {

  /** A rule like a mesh's: every decision appears. */
  private static final RetryRule MESH =
      new RetryRule() {
        @Override
        public Decision onClose(int code, String reason) {
          return switch (code) {
            case 4001, 4002 -> Decision.STOP;
            case 1008 -> onRefusal(reason);
            case 1000 -> reason.equals("session_replaced") ? Decision.STOP : Decision.RETRY;
            default -> Decision.RETRY;
          };
        }

        @Override
        public Decision onRefusal(String code) {
          return switch (code) {
            case "timestamp_skew" -> Decision.RETRY_SLOWLY;
            case "capacity" -> Decision.RETRY;
            case "expired" -> Decision.RENEW;
            default -> Decision.STOP;
          };
        }
      };

  private final Scene scene = new Scene();

  @Test
  void L08_aTerminalCloseCodeMeansNoFurtherConnectEver() {
    scene.options.retryRule(MESH);
    scene.attempt().acks().closes(4002, "banned");
    scene.attempt().acks();
    scene.run();
    assertEquals(1, scene.transport.requests().size());
    assertEquals(List.of(), scene.time.slept());
    assertEquals(new Ending.PeerClosed(4002, "banned"), scene.ending());
    assertEquals(
        List.of("connecting", "ack", "open", "closed: the peer closed the connection: 4002 banned"),
        scene.heard());
  }

  @Test
  void L08_anUnknownPeersPolicyViolationIsTerminal() {
    scene.attempt().acks().closes(1000, "");
    scene.attempt().acks().closes(1008, "unauthorized");
    scene.attempt().acks();
    scene.run();
    assertEquals(2, scene.transport.requests().size());
  }

  @Test
  void L08_aTerminalCloseBeforeTheAckIsTerminalToo() {
    scene.options.retryRule(MESH);
    scene.attempt().awaitsText().closes(4001, "kicked");
    scene.attempt().acks();
    scene.run();
    assertEquals(1, scene.transport.requests().size());
    assertEquals(
        List.of("connecting", "closed: the peer closed the connection: 4001 kicked"),
        scene.heard());
  }

  @Test
  void L13_exceptionsInStatusAndDisconnectCallbacksChangeNothing() {
    scene.heard.react(
        line -> {
          throw new IllegalStateException("thrown at " + line);
        });
    scene.attempt().acks().ends();
    scene.attempt().refused();
    scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(2, scene.counted(WsCounter.OPENED));
    assertEquals(1, scene.heard.lines("closed").size());
    assertEquals(scene.heard().size(), scene.counted(WsCounter.LISTENER_FAILURES));
  }

  @Test
  void L13_whateverALastCallbackThrowsNobodyWaitsForEver() throws Exception {
    scene.when(
        "closed",
        () -> {
          throw new StackOverflowError("an error, not an exception");
        });
    scene.attempt().acks().then(scene::close);
    try {
      scene.run();
    } catch (StackOverflowError expected) {
      // Errors are the program's own; only what depends on the end matters here.
    }
    // On a thread of its own, since this one was the loop's.
    var wait = new FutureTask<Boolean>(() -> scene.lifecycle().awaitClosed(seconds(0)));
    Thread.ofVirtual().start(wait);
    assertTrue(wait.get(), "is closed");
  }

  @Test
  void L21_aDisconnectIsToldBeforeEveryRetryAndNeverForTheFinalEnd() {
    scene.options.retryRule(MESH);
    scene.attempt().acks().closes(1001, "going away");
    scene.attempt().refused();
    scene.attempt().acks().closes(4002, "banned");
    scene.run();
    assertEquals(
        List.of("disconnect 1001 going away", "disconnect 1006 connection refused"),
        scene.heard.lines("disconnect"));
  }

  @Test
  void L21_ourOwnCloseTellsNoDisconnect() {
    scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(List.of(), scene.heard.disconnects());
  }

  @Test
  void aDisconnectCarriesCodeReasonAttemptAndDelay() {
    scene.attempt().refused();
    scene.attempt().acks().closes(1011, "oops");
    scene.run();
    assertEquals(
        new Disconnect(
            1011, "oops", new Ending.PeerClosed(1011, "oops"), 2, Decision.RETRY, seconds(2)),
        scene.heard.disconnects().getLast());
  }

  @Test
  void L22_everyBranchOfTheDecisionIsTaken() {
    Map<Ending, Decision> expected = new LinkedHashMap<>();
    expected.put(new Ending.Requested(), Decision.STOP);
    expected.put(new Ending.PeerClosed(1000, "session_replaced"), Decision.STOP);
    expected.put(new Ending.PeerClosed(1000, "disconnected"), Decision.RETRY);
    expected.put(new Ending.PeerClosed(1006, ""), Decision.RETRY);
    expected.put(new Ending.PeerClosed(1008, "expired"), Decision.RENEW);
    expected.put(new Ending.PeerClosed(1008, "timestamp_skew"), Decision.RETRY_SLOWLY);
    expected.put(new Ending.PeerClosed(1008, "unauthorized"), Decision.STOP);
    expected.put(new Ending.Refused("capacity", ""), Decision.RETRY);
    expected.put(new Ending.Refused("expired", ""), Decision.RENEW);
    expected.put(new Ending.Refused("timestamp_skew", ""), Decision.RETRY_SLOWLY);
    expected.put(new Ending.Refused("revoked", ""), Decision.STOP);
    for (int patient : List.of(302, 408, 425, 429, 500, 502, 503, 599)) {
      expected.put(new Ending.UpgradeRefused(patient, Optional.empty(), ""), Decision.RETRY);
    }
    for (int wrong : List.of(400, 401, 403, 404, 410, 426, 499)) {
      expected.put(new Ending.UpgradeRefused(wrong, Optional.empty(), ""), Decision.RETRY_SLOWLY);
    }
    for (Ending.ConnectStep step : Ending.ConnectStep.values()) {
      boolean slow = step == Ending.ConnectStep.UNTRUSTED || step == Ending.ConnectStep.PROXY;
      expected.put(
          new Ending.ConnectFailed(step, ""), slow ? Decision.RETRY_SLOWLY : Decision.RETRY);
    }
    expected.put(new Ending.HelloFailed(""), Decision.RETRY);
    for (Ending.Phase phase : Ending.Phase.values()) {
      expected.put(new Ending.TimedOut(phase, seconds(1)), Decision.RETRY);
    }
    expected.put(new Ending.Violation(1002, ""), Decision.RETRY);
    expected.put(new Ending.Lost(""), Decision.RETRY);

    expected.forEach(
        (ending, decision) -> assertEquals(decision, Decision.about(ending, MESH), ending::words));
    assertEquals(EnumSet.allOf(Decision.class), EnumSet.copyOf(expected.values()));
    assertEquals(
        Set.of(Ending.class.getPermittedSubclasses()),
        Set.copyOf(expected.keySet().stream().map(Ending::getClass).distinct().toList()));
  }

  @Test
  void L22_everyLegalChangeOfStatusAndNoOther() {
    List<String> legal = new ArrayList<>();
    for (WsStatus from : WsStatus.values()) {
      for (WsStatus to : WsStatus.values()) {
        if (from.mayBecome(to)) {
          legal.add(from.word() + " " + to.word());
        }
      }
    }
    assertEquals(
        List.of(
            "connecting open",
            "connecting reconnecting",
            "connecting closed",
            "open reconnecting",
            "open closed",
            "reconnecting open",
            "reconnecting reconnecting",
            "reconnecting closed"),
        legal);
  }

  @Test
  void renewedHellosFollowTheBackoff() {
    scene.options.retryRule(MESH);
    scene.attempt().awaitsText().receives(Scene.error("expired", "attestation"));
    var second = scene.attempt().acks().then(scene::close);
    scene.run();
    assertEquals(List.of(seconds(1)), scene.time.slept());
    assertEquals(List.of(Scene.hello(2)), second.sent());
  }

  @Test
  void L29_oneEndingIsOneLogLine() {
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    Log.configure(Log.Level.DEBUG, false, captured);
    try {
      scene.attempt().refused();
      scene.attempt();
      scene.attempt().acks().ends();
      scene.attempt().acks().ends(new Ending.Lost("reset"));
      scene.attempt().acks().receivesTooMuch();
      scene.attempt().acks().then(scene::close);
      scene.run();
    } finally {
      Log.configure(Log.Level.WARN, false, new FileOutputStream(FileDescriptor.err));
    }
    List<String> lines = captured.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals(6, lines.size(), () -> String.join("\n", lines));
    for (int i = 0; i < 5; i++) {
      assertTrue(lines.get(i).contains("\"event\":\"ws_ended\""), lines.get(i));
      assertTrue(lines.get(i).contains("\"attempt\":" + (i + 1) + ","), lines.get(i));
    }
    assertTrue(lines.get(5).contains("\"event\":\"ws_closed\""), lines.get(5));
  }

  @Test
  void theFirstCauseWinsOverWhateverHappensWhileCleaningUp() {
    scene.attempt().acks().receivesBinary().receivesBinary().receivesBinary().closes(1000, "bye");
    scene.run();
    assertEquals(1003, scene.heard.disconnects().getFirst().code());
    assertEquals(1, scene.heard.disconnects().size());
  }

  @Test
  void messagesThatCameBeforeTheEndAreDelivered() {
    scene.attempt().acks().receives(Scene.text("last words")).closes(1000, "bye");
    scene.run();
    assertEquals(
        List.of(
            "connecting",
            "ack",
            "open",
            "message last words",
            "disconnect 1000 bye",
            "reconnecting: the peer closed the connection: 1000 bye",
            "closed: closed by this program"),
        scene.heard());
  }
}
