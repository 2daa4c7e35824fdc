package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How wide texts are on a terminal, and what is left of them where they are cut. */
final class TextWidthTest {

  private static final String FAMILY = "👨\u200d👩\u200d👧";
  private static final String ACCENTED = "e\u0301";

  @Test
  void aCharacterTakesTheColumnsThatTerminalsGiveIt() {
    Map<String, Integer> widths =
        Map.ofEntries(
            Map.entry("", 0),
            Map.entry("alice", 5),
            Map.entry("Ünïcödé", 7),
            Map.entry("…", 1),
            Map.entry("Ж", 1),
            Map.entry("日本語", 6),
            Map.entry("カナ", 4),
            Map.entry("ｶﾅ", 2),
            Map.entry("ＡＢ", 4),
            Map.entry("한국", 4),
            Map.entry("\u1112\u1161\u11ab", 2), // 한 in three pieces
            Map.entry("𠮷", 2), // beyond the basic plane
            Map.entry("①", 1),
            Map.entry("☀", 1),
            Map.entry("⚡", 2),
            Map.entry("🚀", 2));
    widths.forEach((text, width) -> assertEquals(width, TextWidth.of(text), text));
  }

  @Test
  void whatBelongsToTheCharacterBeforeTakesNoColumnOfItsOwn() {
    assertEquals(1, TextWidth.of(ACCENTED));
    assertEquals(1, TextWidth.of("a\u0300\u0301\u0302\u20dd"), "several marks, one of them a ring");
    assertEquals(2, TextWidth.of("か\u3099"));
    assertEquals(0, TextWidth.of("\u0301"), "a mark on nothing");
    assertEquals(1, TextWidth.of("\u0e01\u0e34"), "a Thai vowel above");
    assertEquals(2, TextWidth.of("का"), "a vowel sign behind its letter has a place");
  }

  @Test
  void anEmojiOfSeveralCharactersIsAsWideAsOne() {
    for (String emoji :
        List.of("☀\ufe0f", "👍🏽", "🇩🇪", "1\ufe0f\u20e3", FAMILY, "🏳\ufe0f\u200d🌈")) {
      assertEquals(2, TextWidth.of(emoji), emoji);
    }
    assertEquals(4, TextWidth.of("🇩🇪🇫🇷"));
  }

  @Test
  void aTextThatFitsIsNotCut() {
    for (String text : List.of("alice", "日本", ACCENTED + "tudes", FAMILY)) {
      assertEquals(text, TextWidth.cut(text, TextWidth.of(text)));
    }
  }

  @Test
  void aCutLeavesWholeCharactersOnly() {
    assertEquals("ali…", TextWidth.cut("alice-the-first", 4));
    assertEquals("日…", TextWidth.cut("日本語", 3));
    assertEquals("日…", TextWidth.cut("日本語", 4), "half of a character is none");
    assertEquals("𠮷…", TextWidth.cut("𠮷𠮷𠮷", 3), "no half of a surrogate pair");
    assertEquals("caf" + ACCENTED + "…", TextWidth.cut("caf" + ACCENTED + " noir", 5));
    assertEquals("…", TextWidth.cut(FAMILY + FAMILY, 2));
    assertEquals(FAMILY + "…", TextWidth.cut(FAMILY + FAMILY, 3));
    assertEquals("…", TextWidth.cut("日本", 1));
  }

  @Test
  void noCutIsWiderThanWasAskedNorLosesMoreThanItMust() {
    String text = "a日" + ACCENTED + "🚀" + FAMILY + "🇩🇪b\u1112\u1161\u11ab語";
    for (int columns = 1; columns <= TextWidth.of(text); columns++) {
      int width = TextWidth.of(TextWidth.cut(text, columns));
      assertTrue(width <= columns && width >= columns - 1, columns + " columns, " + width);
    }
  }
}
