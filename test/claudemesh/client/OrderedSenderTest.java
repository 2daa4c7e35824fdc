package claudemesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.client.BrokerSendResult.Accepted;
import claudemesh.client.BrokerSendResult.Permanent;
import claudemesh.client.HandSender.Sent;
import claudemesh.lifecycle.WsStatus;
import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import claudemesh.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrderedSenderTest {

  private record Settled(String id, BrokerSendResult result) {}

  private static final Duration LONG = Duration.ofSeconds(Awaited.PATIENCE_SECONDS);

  private final HandSender broker = new HandSender();
  private final BlockingQueue<Settled> settled = new LinkedBlockingQueue<>();
  private OrderedSender sender = sender(1_000);

  private OrderedSender sender(int capacity) {
    return new OrderedSender(
        broker,
        capacity,
        (message, result) -> settled.add(new Settled(message.id(), result)),
        List.of(Duration.ZERO));
  }

  @AfterEach
  void leave() {
    sender.close();
  }

  private static OutgoingMessage to(String group, String id) {
    return new OutgoingMessage(
        id, new Target.ToGroup(group), "text", Priority.NEXT, Optional.empty(), List.of());
  }

  private void submit(String... ids) throws InterruptedException {
    for (String id : ids) {
      sender.submit(to("g", id));
    }
  }

  private void assertSettled(String... ids) {
    for (String id : ids) {
      assertEquals(id, Awaited.next(settled, "result").id());
    }
  }

  // ── order ────────────────────────────────────────────────────────────────────────────────────

  @Test
  void whereTheBrokerKeepsOrderManyAreUnderWayAtOnce() throws InterruptedException {
    submit("a", "b", "c");
    List<Sent> sent = List.of(broker.next("a"), broker.next("b"), broker.next("c"));
    assertEquals(3, sender.unsettled());
    sent.forEach(Sent::accept);
    assertSettled("a", "b", "c");
    assertTrue(sender.awaitSettled(LONG));
    assertEquals(0, sender.unsettled());
  }

  @Test
  void eachNamesTheOneBeforeItThatIsUnderWay() throws InterruptedException {
    submit("a", "b", "c");
    sender.submit(to("h", "x"));
    Sent a = broker.next("a");
    Sent b = broker.next("b");
    Sent c = broker.next("c");
    broker.next("x").accept();
    assertEquals(
        List.of("", "a", "b", ""), Stream.of("a", "b", "c", "x").map(broker::behind).toList());
    a.accept();
    b.isTransient();
    c.isTransient();
    broker.next("b").accept();
    broker.next("c").accept();
    assertEquals("", broker.behind("b"));
    assertTrue(sender.awaitSettled(LONG));
    submit("d");
    broker.next("d");
    assertEquals("", broker.behind("d"));
  }

  @Test
  void whereItDoesNotOneMessageATargetIsUnderWay() throws InterruptedException {
    broker.keepsOrder = false;
    submit("a", "b");
    sender.submit(to("h", "x"));
    List<Sent> first = List.of(broker.next(), broker.next());
    assertEquals(List.of("a", "x"), ids(first));
    first.forEach(Sent::accept);
    broker.next("b").accept();
    assertTrue(sender.awaitSettled(LONG));
  }

  private static List<String> ids(List<Sent> sent) {
    return sent.stream().map(one -> one.message().id()).sorted().toList();
  }

  @Test
  void noMoreThanAWindowIsUnderWay() throws InterruptedException {
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      submit("m" + i);
    }
    for (int i = 0; i < 256; i++) {
      sent.add(broker.next("m" + i));
    }
    sender.submit(to("h", "fence"));
    broker.next("fence").accept();
    assertFalse(broker.hasMore());
    sent.getFirst().accept();
    broker.next("m256");
  }

  @Test
  void whatIsUnknownIsSentAgainBeforeWhatCameAfterIt() throws InterruptedException {
    submit("a", "b", "c");
    Sent a = broker.next("a");
    Sent b = broker.next("b");
    Sent c = broker.next("c");
    a.accept();
    broker.become(WsStatus.RECONNECTING);
    b.isUnknown();
    submit("d");
    c.isUnknown();
    assertFalse(broker.hasMore());
    broker.become(WsStatus.OPEN);
    for (String id : List.of("b", "c", "d")) {
      broker.next(id).accept();
    }
    assertSettled("a", "b", "c", "d");
  }

  @Test
  void nothingIsSentAgainWhileSomethingIsStillUnderWay() throws InterruptedException {
    submit("a", "b");
    Sent a = broker.next("a");
    Sent b = broker.next("b");
    a.isTransient();
    sender.submit(to("h", "fence"));
    broker.next("fence").accept();
    assertFalse(broker.hasMore());
    b.isTransient();
    broker.next("a").accept();
    broker.next("b").accept();
    assertSettled("fence", "a", "b");
  }

  @Test
  void aTransientRefusalIsTriedAgainAndAgain() throws InterruptedException {
    broker.keepsOrder = false;
    submit("a", "b");
    for (int i = 0; i < 20; i++) {
      broker.next("a").isTransient();
    }
    broker.next("a").accept();
    broker.next("b").accept();
    assertSettled("a", "b");
  }

  @Test
  void aRefusalForGoodIsReportedAndTheRestGoesOn() throws InterruptedException {
    submit("a", "b");
    broker.next("a").isRefused();
    broker.next("b").accept();
    Settled refused = Awaited.next(settled, "result");
    assertEquals("a", refused.id());
    assertInstanceOf(Permanent.class, refused.result());
    assertEquals(new Settled("b", new Accepted("b-b")), Awaited.next(settled, "result"));
  }

  @Test
  void oneTargetsTroubleIsNotAnothers() throws InterruptedException {
    broker.keepsOrder = false;
    sender.submit(to("offline", "a"));
    Sent stuck = broker.next("a");
    for (int i = 0; i < 50; i++) {
      sender.submit(to("g", "m" + i));
      broker.next("m" + i).accept();
    }
    stuck.accept();
    assertTrue(sender.awaitSettled(LONG));
  }

  @Test
  void nothingIsSentBeforeItIsOpen() throws InterruptedException {
    broker.become(WsStatus.CONNECTING);
    submit("a");
    broker.become(WsStatus.RECONNECTING);
    assertFalse(broker.hasMore());
    broker.become(WsStatus.OPEN);
    broker.next("a").accept();
    assertSettled("a");
  }

  /**
   * Picked while one connection was open, handed over when the next one already is: it would
   * overtake what was under way on the first and is yet to be sent again.
   */
  @Test
  void aReconnectInTheMiddleOfASendDoesNotLetItOvertake() throws InterruptedException {
    AtomicReference<Sent> first = new AtomicReference<>();
    AtomicReference<Thread> flip = new AtomicReference<>();
    AtomicBoolean once = new AtomicBoolean(true);
    submit("a");
    first.set(broker.next("a"));
    broker.whileSending =
        message -> {
          if (message.id().equals("b") && once.getAndSet(false)) {
            flip.set(Thread.ofPlatform().start(() -> reconnect(first.get())));
            awaitBlockedOrDone(flip.get());
          }
        };
    submit("b");
    List<String> order = new ArrayList<>();
    Thread acceptor =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (order.size() < 2) {
                    Sent sent = broker.next();
                    order.add(sent.message().id());
                    sent.accept();
                  }
                });
    assertTrue(sender.awaitSettled(LONG));
    acceptor.join();
    assertEquals(List.of("a", "b"), order);
  }

  private void reconnect(Sent underWay) {
    broker.become(WsStatus.RECONNECTING);
    underWay.isUnknown();
    broker.become(WsStatus.OPEN);
  }

  private static void awaitBlockedOrDone(Thread thread) {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TERMINATED) {
      Waiting.step();
    }
  }

  @Test
  void aSendThatThrowsLosesNothing() throws InterruptedException {
    AtomicBoolean once = new AtomicBoolean(true);
    broker.whileSending =
        message -> {
          if (once.getAndSet(false)) {
            throw new IllegalStateException("a fault of ours");
          }
        };
    submit("a", "b");
    broker.next("a").accept();
    broker.next("b").accept();
    assertSettled("a", "b");
  }

  // ── bounds and endings ───────────────────────────────────────────────────────────────────────

  @Test
  void submittingWaitsWhileTooMuchIsUndecided() throws InterruptedException {
    sender.close();
    sender = sender(2);
    submit("a", "b");
    CompletableFuture<Void> third = new CompletableFuture<>();
    Thread submitter =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    submit("c");
                    third.complete(null);
                  } catch (InterruptedException e) {
                    third.completeExceptionally(e);
                  }
                });
    awaitBlockedOrDone(submitter);
    assertFalse(third.isDone());
    broker.next("a").accept();
    Awaited.result(third);
    assertEquals(2, sender.unsettled());
  }

  @Test
  void whoWaitsForRoomIsToldOfTheClose() throws InterruptedException {
    sender.close();
    sender = sender(1);
    submit("a");
    CompletableFuture<String> told = new CompletableFuture<>();
    Thread submitter =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    submit("b");
                    told.complete("taken");
                  } catch (IllegalStateException | InterruptedException e) {
                    told.complete(e.getMessage());
                  }
                });
    awaitBlockedOrDone(submitter);
    sender.close();
    assertEquals("the sender is closed", Awaited.result(told));
  }

  @Test
  void afterTheCloseNothingIsTakenAndWhatIsUndecidedStaysSo() throws InterruptedException {
    submit("a", "b");
    Sent a = broker.next("a");
    Sent b = broker.next("b");
    sender.close();
    sender.close();
    assertThrows(IllegalStateException.class, () -> submit("c"));
    assertEquals(2, sender.unsettled());
    a.isUnknown();
    b.accept(); // an answer that comes all the same is reported
    assertSettled("b");
    assertEquals(1, sender.unsettled());
    assertFalse(broker.hasMore());
    assertFalse(sender.awaitSettled(Duration.ZERO));
  }

  @Test
  void waitingEndsWhenTheConnectionIsClosedForGood() throws InterruptedException {
    submit("a");
    Sent a = broker.next("a");
    CompletableFuture<Boolean> waited = new CompletableFuture<>();
    Thread waiter =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    waited.complete(sender.awaitSettled(Duration.ofHours(1)));
                  } catch (InterruptedException e) {
                    waited.completeExceptionally(e);
                  }
                });
    awaitTimedWait(waiter);
    a.isUnknown();
    broker.become(WsStatus.CLOSED);
    assertFalse(Awaited.result(waited));
    assertEquals(1, sender.unsettled());
  }

  private static void awaitTimedWait(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Waiting.step();
    }
  }

  @Test
  void waitingForNothingIsOverAtOnceEvenWhenClosed() throws InterruptedException {
    assertTrue(sender.awaitSettled(Duration.ZERO));
    broker.become(WsStatus.CLOSED);
    assertTrue(sender.awaitSettled(LONG));
    submit("a");
    assertFalse(sender.awaitSettled(LONG), "closed for good, so not worth the wait");
  }

  @Test
  void whoWaitedHasHeardOfEveryMessage() throws InterruptedException {
    for (int i = 0; i < 500; i++) {
      submit("m" + i);
      Sent sent = broker.next();
      Thread broker = Thread.ofVirtual().start(sent::accept);
      assertTrue(sender.awaitSettled(LONG));
      assertEquals("m" + i, settled.remove().id());
      broker.join();
    }
  }

  @Test
  void aReportThatThrowsStillCounts() throws InterruptedException {
    sender.close();
    sender =
        new OrderedSender(
            broker,
            10,
            (message, result) -> {
              throw new IllegalStateException("a listener's fault");
            });
    submit("a", "b");
    broker.next("a").accept();
    broker.next("b").accept();
    assertTrue(sender.awaitSettled(LONG));
  }

  @Test
  void waitingHasALimit() throws InterruptedException {
    submit("a");
    broker.next("a");
    assertFalse(sender.awaitSettled(Duration.ofMillis(1)));
  }
}
