package claudemesh.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TerminalTextTest {

  @Test
  void ordinaryTextOfAnyScriptStaysAsItIs() {
    String text = "alpha ü ж 漢字 😀 e\u0301 a-b_c #1 “x”";
    assertEquals(text, TerminalText.escape(text));
    assertEquals("", TerminalText.escape(""));
  }

  @Test
  void escapeSequencesAreShownAndNotObeyed() {
    assertEquals("\\u001b[2J\\u001b]0;x\\u0007", TerminalText.escape("\u001b[2J\u001b]0;x\u0007"));
    assertEquals("a\\u000ab\\u000d\\u0009\\u0008", TerminalText.escape("a\nb\r\t\b"));
    assertEquals("\\u009b31m\\u007f\\u0000", TerminalText.escape("\u009b31m\u007f\0"));
  }

  @Test
  void whatMakesANameReadAsAnotherIsShown() {
    assertEquals("\\u202egpj.exe", TerminalText.escape("\u202egpj.exe"));
    assertEquals("al\\u200bpha\\u2066\\ufeff", TerminalText.escape("al\u200bpha\u2066\ufeff"));
    assertEquals("\\u2028\\u2029", TerminalText.escape("\u2028\u2029"));
    assertEquals("\\u{e0041}", TerminalText.escape("\udb40\udc41"), "a tag character");
  }

  @Test
  void halfACharacterIsShown() {
    assertEquals("\\ud800x\\udc00", TerminalText.escape("\ud800x\udc00"));
  }
}
