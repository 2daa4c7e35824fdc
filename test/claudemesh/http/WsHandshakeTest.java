package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WsHandshakeTest {

  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  @Test
  void answersTheExampleOfTheRfc() throws HttpFailure {
    Map<String, String> answer = WsHandshake.answer(request(), Optional.empty());
    assertEquals(
        List.of(
            "Upgrade=websocket",
            "Connection=Upgrade",
            "Sec-WebSocket-Accept=s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        answer.entrySet().stream().map(Object::toString).toList());
  }

  @Test
  void findsItsWordsInListsAndInAnyCase() throws HttpFailure {
    WsHandshake.answer(
        request("Upgrade", "h2c, WebSocket", "Connection", "keep-alive, UPGRADE"),
        Optional.empty());
  }

  @Test
  void asksForAnUpgradeWhereThereIsNone() {
    for (String missing : List.of("Upgrade", "Connection", "Sec-WebSocket-Version")) {
      HttpFailure refused = refused(request(missing, null));
      assertEquals(426, refused.status());
      assertEquals("13", refused.headers().get("Sec-WebSocket-Version"));
      assertEquals("websocket", refused.headers().get("Upgrade"));
    }
    assertEquals(426, refused(request("Sec-WebSocket-Version", "8")).status());
    assertEquals(426, refused(request("Connection", "keep-alive")).status());
  }

  @Test
  void refusesHttp10() {
    RequestHead old = new RequestHead("GET", "/ws", false, request().headers());
    assertEquals(426, refused(old).status());
  }

  @Test
  void refusesMethodsOtherThanGet() {
    RequestHead post = new RequestHead("POST", "/ws", true, request().headers());
    assertEquals(405, refused(post).status());
    assertEquals("GET", refused(post).headers().get("Allow"));
  }

  @Test
  void refusesKeysThatAreNot16BytesOfBase64() {
    String tooLong = "dGhlIHNhbXBsZSBub25jZTE=";
    for (String key :
        List.of("", "x", "dGhlIHNhbXBsZSBub25jZQ", tooLong, "%GhlIHNhbXBsZSBub25jZQ==")) {
      assertEquals(400, refused(request("Sec-WebSocket-Key", key)).status(), key);
    }
    assertEquals(400, refused(request("Sec-WebSocket-Key", null)).status());
  }

  @Test
  void namesASubprotocolOnlyIfBothEndsDo() throws HttpFailure {
    RequestHead offering = request("Sec-WebSocket-Protocol", "chat, mesh");
    assertEquals("mesh", subprotocol(offering, Optional.of("mesh")));
    assertEquals("none", subprotocol(offering, Optional.of("other")));
    assertEquals("none", subprotocol(offering, Optional.empty()));
    assertEquals("none", subprotocol(request(), Optional.of("mesh")));
  }

  private static String subprotocol(RequestHead head, Optional<String> asked) throws HttpFailure {
    return WsHandshake.answer(head, asked).getOrDefault("Sec-WebSocket-Protocol", "none");
  }

  private static HttpFailure refused(RequestHead head) {
    return assertThrows(HttpFailure.class, () -> WsHandshake.answer(head, Optional.empty()));
  }

  /** A proper request, with some fields set to other values or, by null, left out. */
  private static RequestHead request(String... changes) {
    List<String> fields =
        new ArrayList<>(
            List.of(
                "Host", "test",
                "Upgrade", "websocket",
                "Connection", "Upgrade",
                "Sec-WebSocket-Version", "13",
                "Sec-WebSocket-Key", KEY));
    for (int i = 0; i < changes.length; i += 2) {
      int at = fields.indexOf(changes[i]);
      if (at >= 0) {
        fields.remove(at);
        fields.remove(at);
      }
      if (changes[i + 1] != null) {
        fields.addAll(List.of(changes[i], changes[i + 1]));
      }
    }
    return new RequestHead("GET", "/ws", true, HttpHeaders.of(fields));
  }
}
