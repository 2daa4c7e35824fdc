package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.client.InboundMessage;
import claudemesh.protocol.Priority;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the echo answers. That it does is seen in {@link PipelineTest}. */
final class EchoTest {

  private static final String OWN = "aa".repeat(32);
  private static final Optional<String> NO_REPLY = Optional.empty();

  @Test
  void aMessageToItIsAnswered() {
    assertTrue(Echo.wantsAnswer(message(OWN, true, NO_REPLY), OWN));
    assertTrue(
        Echo.wantsAnswer(message("", true, NO_REPLY), OWN), "deployed brokers do not say for whom");
  }

  @Test
  void anAnswerIsNotOrTwoEchoesWouldTalkForEver() {
    assertFalse(Echo.wantsAnswer(message(OWN, true, Optional.of("id")), OWN));
  }

  @Test
  void broadcastsAndMailOfTheMemberAreNot() {
    assertFalse(Echo.wantsAnswer(message("*", false, NO_REPLY), OWN));
    assertFalse(Echo.wantsAnswer(message("", false, NO_REPLY), OWN));
    assertFalse(Echo.wantsAnswer(message("bb".repeat(32), true, NO_REPLY), OWN));
  }

  private static InboundMessage message(
      String target, boolean encrypted, Optional<String> replyTo) {
    return new InboundMessage(
        "id",
        "message-id",
        "bob",
        "cc".repeat(32),
        "dd".repeat(32),
        "hi",
        encrypted,
        target,
        OWN,
        Priority.NEXT,
        "2026-01-02T03:04:05Z",
        replyTo,
        Optional.empty());
  }
}
