package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.http.HttpHeaders;
import claudemesh.http.HttpRequest;
import claudemesh.protocol.Priority;
import claudemesh.protocol.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SendOrderTest {

  @TempDir Path folder;

  private SendOrder order(String body, String... headers) throws ApiRefusal, IOException {
    SessionListener deaf =
        new SessionListener() {
          @Override
          public void registered(RegisteredSession session) {}

          @Override
          public void ended(RegisteredSession session, String why) {}
        };
    HttpRequest request =
        new HttpRequest(
            "POST", "/v1/send", Map.of(), HttpHeaders.of(List.of(headers)), body, "unix:1");
    return SendOrder.decode(
        new ApiRequest(request, Sessions.open(folder.resolve("none.json"), deaf)));
  }

  private String refusal(String body) {
    return assertThrows(ApiRefusal.class, () -> order(body)).reply().body().string("error");
  }

  @Test
  void whatIsMissingIsNamedInTheRecordedOrder() {
    assertEquals("expected JSON object", refusal(""));
    assertEquals("invalid JSON", refusal("{bad"));
    assertEquals("expected JSON object", refusal("[]"));
    assertEquals("missing 'to'", refusal("{}"));
    assertEquals("missing 'to'", refusal("{\"to\":\" \",\"message\":\"x\"}"));
    assertEquals("missing 'message'", refusal("{\"to\":\"a\",\"message\":5}"));
    assertEquals(
        "priority must be 'now' | 'next' | 'low'",
        refusal("{\"to\":\"a\",\"message\":\"x\",\"priority\":\"urgent\"}"));
    assertEquals(
        "'meta' must be an object", refusal("{\"to\":\"a\",\"message\":\"x\",\"meta\":[]}"));
    assertTrue(
        refusal("{\"to\":\"a\",\"message\":\"\\ud800\"}").startsWith("message must be Unicode"));
  }

  @Test
  void theFingerprintIsTheRecordedOne() throws Exception {
    String fingerprint =
        order("{\"to\":\"bravo-one\",\"message\":\"different\"}", "Idempotency-Key", "idem-1")
            .fingerprint();
    assertEquals("abe31d32ccdeda81", fingerprint.substring(0, 16));
  }

  @Test
  void everyPartOfARequestIsInItsFingerprint() throws Exception {
    String plain = order("{\"to\":\"a\",\"message\":\"x\"}").fingerprint();
    for (String other :
        List.of(
            "{\"to\":\"b\",\"message\":\"x\"}",
            "{\"to\":\"a\",\"message\":\"y\"}",
            "{\"to\":\"a\",\"message\":\"x\",\"priority\":\"now\"}",
            "{\"to\":\"a\",\"message\":\"x\",\"reply_to_id\":\"r\"}",
            "{\"to\":\"a\",\"message\":\"x\",\"meta\":{}}")) {
      assertNotEquals(plain, order(other).fingerprint(), other);
    }
    assertEquals(
        plain, order("{\"message\":\"x\",\"priority\":\"next\",\"to\":\"a\"}").fingerprint());
  }

  @Test
  void theOrderOfFieldsInMetaDoesNotMatter() throws Exception {
    assertEquals(
        order("{\"to\":\"a\",\"message\":\"x\",\"meta\":{\"b\":{\"d\":1,\"c\":null},\"a\":[2,1]}}")
            .fingerprint(),
        order("{\"to\":\"a\",\"message\":\"x\",\"meta\":{\"a\":[2,1],\"b\":{\"c\":null,\"d\":1}}}")
            .fingerprint());
  }

  @Test
  void theIdentityOfTheBodyGoesBeforeThatOfTheHeader() throws Exception {
    String body = "{\"to\":\"a\",\"message\":\"x\",\"client_message_id\":\"one\"}";
    assertEquals("one", order(body, "Idempotency-Key", "two").clientMessageId());
    assertEquals(
        "two",
        order("{\"to\":\"a\",\"message\":\"x\"}", "idempotency-key", "two").clientMessageId());
    assertNotEquals(
        order("{\"to\":\"a\",\"message\":\"x\"}").clientMessageId(),
        order("{\"to\":\"a\",\"message\":\"x\"}").clientMessageId());
  }

  @Test
  void aKeyIsATargetAndAnythingElseAName() throws Exception {
    String key = "ab".repeat(32);
    assertEquals(
        Optional.of(new Target.Peer(key)),
        order("{\"to\":\"" + key.toUpperCase(java.util.Locale.ROOT) + "\",\"message\":\"x\"}")
            .target());
    assertEquals(
        Optional.of(new Target.ToGroup("dev")),
        order("{\"to\":\" @dev \",\"message\":\"x\"}").target());
    assertEquals(Optional.empty(), order("{\"to\":\"bravo\",\"message\":\"x\"}").target());
    assertEquals(Priority.NEXT, order("{\"to\":\"bravo\",\"message\":\"x\"}").priority());
  }
}
