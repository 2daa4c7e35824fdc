package claudemesh.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Keys;
import claudemesh.crypto.Signatures;
import claudemesh.json.JsonException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The hellos that were recorded, checked by our texts, signatures and attestations: our verdict on
 * each is the deployed broker's, as far as it follows from the frame and the clock alone.
 */
class RecordedSignaturesTest {

  /** What only a broker that knows its members can say. */
  private static final Set<String> NEEDS_MEMBERS =
      Set.of("hello_ack", "unauthorized", "parent_member_id_mismatch", "revoked");

  private record Hello(Recording frame, ClientMessage.Opening hello, String answer) {}

  /** Each readable hello with the answer that came next on its connection, empty if none did. */
  private static Stream<Hello> hellos() {
    return Recording.files().stream()
        .flatMap(
            file -> {
              List<Recording> frames = Recording.of(file);
              return frames.stream()
                  .filter(frame -> frame.fromClient() && frame.type().endsWith("hello"))
                  .flatMap(frame -> read(frame, frames).stream());
            });
  }

  private static Optional<Hello> read(Recording frame, List<Recording> frames) {
    try {
      var hello = (ClientMessage.Opening) frame.decode();
      String answer =
          frames.stream()
              .filter(other -> other.conn().equals(frame.conn()) && other.line() > frame.line())
              .filter(other -> Set.of("hello_ack", "error").contains(other.type()))
              .findFirst()
              .map(other -> other.json().string("code", "hello_ack"))
              .orElse("");
      return Optional.of(new Hello(frame, hello, answer));
    } catch (JsonException unreadable) {
      return Optional.empty(); // RecordedFramesTest lists these
    }
  }

  private static String verdict(ClientMessage.Opening opening, Instant now) {
    return switch (opening) {
      case ClientMessage.Hello hello -> verdict(hello, now);
      case ClientMessage.SessionHello hello -> verdict(hello, now);
    };
  }

  private static String verdict(ClientMessage.Hello hello, Instant now) {
    if (hello.sessionPubkey().isPresent() && !Keys.isPublicHex(hello.sessionPubkey().get())) {
      return "bad_session_pubkey";
    }
    String text =
        SigningTexts.hello(
            hello.meshId(), hello.memberId(), hello.pubkey(), hello.timestamp().orElse(0));
    return signed(hello, now, hello.pubkey(), text);
  }

  private static String verdict(ClientMessage.SessionHello hello, Instant now) {
    if (!Keys.isPublicHex(hello.sessionPubkey())) {
      return "bad_session_pubkey";
    }
    if (!Keys.isPublicHex(hello.parentMemberPubkey())) {
      return "bad_parent_pubkey";
    }
    Optional<String> fault =
        hello
            .attestation()
            .map(a -> a.fault(hello.sessionPubkey(), hello.parentMemberPubkey(), now))
            .orElse(Optional.of("attestation_mismatch"));
    String text =
        SigningTexts.sessionHello(
            hello.meshId(),
            hello.parentMemberPubkey(),
            hello.sessionPubkey(),
            hello.timestamp().orElse(0));
    return fault.orElseGet(() -> signed(hello, now, hello.sessionPubkey(), text));
  }

  private static String signed(
      ClientMessage.Opening hello, Instant now, String pubkey, String text) {
    long off = Math.abs(hello.timestamp().orElse(0) - now.toEpochMilli());
    if (off > 60_000) {
      return "timestamp_skew";
    }
    if (!Keys.isSignatureHex(hello.signature())) {
      return "malformed";
    }
    // A deployed broker takes an upper-case key for a key, and then knows no such member.
    boolean good = Signatures.verify(pubkey.toLowerCase(), text, hello.signature());
    return good ? "hello_ack" : "bad_signature";
  }

  @Test
  void ourVerdictOnEveryHelloIsTheDeployedBrokers() {
    Map<String, Integer> verdicts = new HashMap<>();
    hellos()
        .filter(hello -> !hello.answer().isEmpty())
        .forEach(
            hello -> {
              String verdict = verdict(hello.hello(), hello.frame().at());
              String expected =
                  NEEDS_MEMBERS.contains(hello.answer()) ? "hello_ack" : hello.answer();
              assertEquals(expected, verdict, hello.frame()::toString);
              verdicts.merge(verdict, 1, Integer::sum);
            });
    assertEquals(
        Set.of(
            "hello_ack",
            "bad_signature",
            "malformed",
            "timestamp_skew",
            "bad_session_pubkey",
            "bad_parent_pubkey",
            "attestation_mismatch",
            "expired",
            "ttl_too_long"),
        verdicts.keySet());
    assertTrue(verdicts.get("hello_ack") > 50, verdicts::toString);
  }

  @Test
  void hellosThatGotNoAnswerAreSignedAllTheSame() {
    List<Hello> unanswered = hellos().filter(hello -> hello.answer().isEmpty()).toList();
    for (Hello hello : unanswered) {
      assertEquals(
          "hello_ack", verdict(hello.hello(), hello.frame().at()), hello.frame()::toString);
    }
  }

  @Test
  void noRecordedSignatureFitsAnotherText() {
    hellos()
        .filter(hello -> hello.answer().equals("hello_ack"))
        .limit(10)
        .forEach(
            hello -> {
              Instant aSecondLater = hello.frame().at().plusSeconds(1);
              var shifted = shift(hello.hello());
              assertEquals("bad_signature", verdict(shifted, aSecondLater));
            });
  }

  private static ClientMessage.Opening shift(ClientMessage.Opening opening) {
    String text = MessageCodec.encode(opening);
    long timestamp = opening.timestamp().getAsLong();
    return (ClientMessage.Opening)
        MessageCodec.decodeFromClient(
            text.replace("\"timestamp\":" + timestamp, "\"timestamp\":" + (timestamp + 1)));
  }
}
