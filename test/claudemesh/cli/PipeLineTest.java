package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.JsonException;
import claudemesh.protocol.Priority;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PipeLineTest {

  @Test
  void aWholeLineSaysEverything() {
    PipeLine line =
        PipeLine.ofJson(
            7,
            "{\"to\":\"bob\",\"body\":\"hi\",\"priority\":\"now\",\"reply_to\":\"m1\",\"id\":\"i1\"}");
    assertEquals(new PipeLine(7, "i1", "bob", "hi", Priority.NOW, Optional.of("m1")), line);
  }

  @Test
  void aShortLineGetsAnIdentityOfItsOwn() {
    PipeLine one = PipeLine.ofJson(1, "{\"to\":\"bob\",\"body\":\"\"}");
    PipeLine two = PipeLine.ofJson(2, "{\"to\":\"bob\",\"body\":\"\"}");
    assertEquals(Priority.NEXT, one.priority());
    assertNotEquals(one.id(), two.id());
  }

  @Test
  void aReceivedMessageCanBeSentOn() {
    PipeLine line = PipeLine.ofJson(1, "{\"type\":\"message\",\"to\":\"bob\",\"body\":\"hi\"}");
    assertEquals("hi", line.body());
  }

  @Test
  void aPlainLineIsAllText() {
    assertEquals("{\"to\":1}", PipeLine.ofText(1, "{\"to\":1}", "bob").body());
  }

  @Test
  void aBadLineSaysWhatWasExpected() {
    assertRefused("expected a JSON object, found an array", "[]");
    assertRefused("to: expected", "{\"body\":\"hi\"}");
    assertRefused("to: expected a name or key, found nothing", "{\"to\":\"\",\"body\":\"hi\"}");
    assertRefused("body: expected", "{\"to\":\"bob\"}");
    assertRefused("body: expected", "{\"to\":\"bob\",\"body\":3}");
    assertRefused(
        "priority: expected now, next or low",
        "{\"to\":\"bob\",\"body\":\"\",\"priority\":\"soon\"}");
    assertRefused("id: expected 1 to 128", "{\"to\":\"bob\",\"body\":\"\",\"id\":\"\"}");
    assertRefused("not JSON", "hello");
  }

  private static void assertRefused(String start, String text) {
    String message = assertThrows(JsonException.class, () -> PipeLine.ofJson(1, text)).getMessage();
    assertTrue(message.startsWith(start), message);
  }
}
