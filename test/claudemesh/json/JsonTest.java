package claudemesh.json;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  private static String failure(Executable code) {
    return assertThrows(JsonException.class, code).getMessage();
  }

  // ── parsing ──────────────────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "42", "-1.5", "true", "\"text\"", " \n null \t"})
  void onlyAnObjectPassesAsAFrame(String text) {
    assertTrue(failure(() -> Json.parseObject(text)).startsWith("expected a JSON object, found "));
    assertDoesNotThrow(() -> Json.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "{]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "nul",
        "{\"a\":1} x",
        "{\"a\":1}{\"b\":2}",
        "\"open",
        "\"\\x\"",
        "\"\\u12\"",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "NaN",
        "Infinity",
        "-",
        "\"tab\there\"",
        "\"line\nbreak\"",
        "\0",
        "[1,2",
        "[,]"
      })
  void whatIsNotJsonIsRefusedByOneException(String text) {
    assertTrue(failure(() -> Json.parse(text)).startsWith("not JSON: "));
  }

  @Test
  void theMessageSaysWhereButNeverRepeatsAValue() {
    String message = failure(() -> Json.parse("{\"secretKey\":\"hunter2hunter2\" oops"));
    assertTrue(message.contains("1:"), message);
    assertFalse(message.contains("hunter2"), message);
    String wrong = failure(() -> Json.parse("{\"pid\":\"hunter2\"}").number("pid"));
    assertEquals("pid: expected a whole number, found a string", wrong);
  }

  @Test
  void aByteOrderMarkIsNotJson() {
    assertTrue(failure(() -> Json.parse("\ufeff{}")).startsWith("not JSON: "));
  }

  @Test
  void tenThousandLevelsAreRefusedAndNineHundredAreRead() {
    for (String open : List.of("[", "{\"a\":")) {
      String close = open.equals("[") ? "]" : "}";
      String deep = open.repeat(10_000) + "1" + close.repeat(10_000);
      assertTrue(failure(() -> Json.parse(deep)).startsWith("not JSON: "));
      assertTrue(failure(() -> Json.parse(open.repeat(10_000))).startsWith("not JSON: "));
      String fair = open.repeat(900) + "1" + close.repeat(900);
      assertEquals(fair, Json.parse(fair).toString());
    }
  }

  @Test
  void ofTwoFieldsWithOneNameTheLastCounts() {
    Json json = Json.parse("{\"to\":\"a\",\"to\":\"b\"}");
    assertEquals("b", json.string("to"));
    assertEquals("c", json.toBuilder().put("to", "c").build().string("to"));
  }

  @Test
  void loneSurrogatesAndEscapesSurviveAsTheyAre() {
    Json json =
        Json.parse("{\"a\":\"\\ud800\",\"b\":\"\\ud83d\\ude00\",\"c\":\"\\u0000\\\"\\\\\"}");
    assertEquals("\ud800", json.string("a"));
    assertEquals("😀", json.string("b"));
    assertEquals("\0\"\\", json.string("c"));
    assertEquals(json, Json.parse(json.toString()));
  }

  @Test
  void lineSeparatorsDoNotBreakALine() {
    String text = Json.object().put("a", "x\ny\r\u2028\u2029").build().toString();
    assertFalse(text.contains("\n") || text.contains("\r"), text);
    assertEquals("x\ny\r\u2028\u2029", Json.parse(text).string("a"));
  }

  // ── fields ───────────────────────────────────────────────────────────────────────────────────

  @Test
  void aFieldThatIsNullCountsAsAbsent() {
    Json json = Json.parse("{\"summary\":null}");
    assertFalse(json.has("summary"));
    assertEquals(Optional.empty(), json.get("summary"));
    assertEquals(Optional.empty(), json.optionalString("summary"));
    assertEquals("none", json.string("summary", "none"));
    assertEquals(OptionalLong.empty(), json.optionalNumber("summary"));
    assertTrue(json.bool("summary", true));
    assertEquals(List.of(), json.list("summary"));
    assertEquals(List.of(), json.stringList("summary"));
    assertEquals(
        "summary: expected a string, found nothing", failure(() -> json.string("summary")));
    assertEquals(List.of("summary"), json.names());
  }

  @Test
  void everyMismatchNamesFieldExpectedAndFound() {
    Json json =
        Json.parse(
            "{\"n\":1,\"s\":\"x\",\"b\":true,\"o\":{},\"a\":[\"x\",2],\"f\":1.5,\"z\":null}");
    assertEquals("n: expected a string, found a number", failure(() -> json.string("n")));
    assertEquals("n: expected a string, found a number", failure(() -> json.optionalString("n")));
    assertEquals("o: expected a string, found an object", failure(() -> json.string("o", "")));
    assertEquals("a: expected a string, found an array", failure(() -> json.string("a")));
    assertEquals("b: expected a string, found a boolean", failure(() -> json.string("b")));
    assertEquals("s: expected a whole number, found a string", failure(() -> json.number("s")));
    assertEquals(
        "s: expected a whole number, found a string", failure(() -> json.optionalNumber("s")));
    assertEquals("x: expected a whole number, found nothing", failure(() -> json.number("x")));
    assertEquals("x: expected a string, found nothing", failure(() -> json.string("x")));
    assertEquals("s: expected true or false, found a string", failure(() -> json.bool("s", true)));
    assertEquals("s: expected an array, found a string", failure(() -> json.list("s")));
    assertEquals("a[1]: expected a string, found a number", failure(() -> json.stringList("a")));
    assertEquals(
        "s: expected an object, found a string", failure(() -> json.get("s").get().get("t")));
    assertEquals(
        "value: expected an object, found an array", failure(() -> Json.parse("[]").names()));
    assertEquals(
        "value: expected a string, found null", failure(() -> Json.parse("null").asString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e3",
        "1E3",
        "1.0",
        "0.5",
        "-0.0",
        "9223372036854775808",
        "-9223372036854775809",
        "1e400",
        "123456789012345678901234567890"
      })
  void onlyWholeNumbersOfSixtyFourBitsAreNumbers(String number) {
    Json json = Json.parse("{\"pid\":" + number + "}");
    String expected = "pid: expected a whole number of 64 bits, found another number";
    assertEquals(expected, failure(() -> json.number("pid")));
    assertEquals(expected, failure(() -> json.optionalNumber("pid")));
    assertEquals("{\"pid\":" + number + "}", json.toString(), "and passes through unchanged");
  }

  @Test
  void theLimitsOfSixtyFourBitsAreNumbers() {
    assertEquals(Long.MAX_VALUE, Json.parse("{\"n\":9223372036854775807}").number("n"));
    assertEquals(Long.MIN_VALUE, Json.parse("{\"n\":-9223372036854775808}").number("n"));
    assertEquals(0, Json.parse("{\"n\":-0}").number("n"));
  }

  // ── building ─────────────────────────────────────────────────────────────────────────────────

  @Test
  void whatIsEmptyIsLeftOut() {
    Json json =
        Json.object()
            .put("a", (String) null)
            .put("b", Optional.<String>empty())
            .put("c", OptionalLong.empty())
            .put("d", (Json) null)
            .build();
    assertEquals("{}", json.toString());
  }

  @Test
  void whatIsPutIsReadBack() {
    Json json =
        Json.object()
            .put("text", "ü😀")
            .put("maybe", Optional.of("yes"))
            .put("number", -7)
            .put("present", OptionalLong.of(8))
            .put("truth", true)
            .put("object", Json.object().put("x", "y").build())
            .put("list", Json.strings(List.of("a", "b")))
            .put("objects", Json.array(List.of(Json.object().build(), Json.of("s"))))
            .putNull("nothing")
            .build();
    assertEquals(
        "{\"text\":\"ü😀\",\"maybe\":\"yes\",\"number\":-7,\"present\":8,\"truth\":true,"
            + "\"object\":{\"x\":\"y\"},\"list\":[\"a\",\"b\"],\"objects\":[{},\"s\"],\"nothing\":null}",
        json.toString());
    assertEquals(json, Json.parse(json.toString()));
    assertEquals(json.hashCode(), Json.parse(json.toString()).hashCode());
    assertEquals(json, Json.parse(json.toPrettyString()));
    assertTrue(Json.parse("null").isNull());
    assertFalse(json.isNull());
  }

  @Test
  void aFieldPutTwiceStandsOnceInItsFirstPlace() {
    Json json = Json.object().putNull("a").put("b", 1).put("a", "x").build();
    assertEquals("{\"a\":\"x\",\"b\":1}", json.toString());
  }

  @Test
  void aBuilderFromAValueLeavesTheValueAlone() {
    Json before = Json.parse("{\"a\":1,\"b\":2}");
    Json after = before.toBuilder().put("a", 3).remove("b").remove("absent").put("c", 4).build();
    assertEquals("{\"a\":1,\"b\":2}", before.toString());
    assertEquals("{\"a\":3,\"c\":4}", after.toString());
    assertEquals(
        "value: expected an object, found an array", failure(() -> Json.parse("[]").toBuilder()));
  }

  @Test
  void removesEveryOccurrenceOfAField() {
    Json json = Json.parse("{\"a\":1,\"b\":2,\"a\":3}");
    assertEquals("{\"b\":2}", json.toBuilder().remove("a").build().toString());
  }

  @Test
  void equalityIsOfContentAndNotOfNames() {
    Json outer = Json.parse("{\"a\":{\"x\":1},\"b\":{\"x\":1}}");
    assertEquals(outer.get("a"), outer.get("b"));
    assertFalse(outer.equals((Object) "text"));
  }
}
