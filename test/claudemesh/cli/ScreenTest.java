package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written to a terminal for pictures that follow each other. */
final class ScreenTest {

  private static final Terminal.Size SIZE = new Terminal.Size(10, 4);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Screen screen = new Screen(out);
  private final EmulatedTerminal terminal = new EmulatedTerminal(10, 4);

  /** What was written since this was asked last, which the emulated terminal then shows. */
  private String written() {
    String text = out.toString(StandardCharsets.UTF_8);
    out.reset();
    terminal.write(text);
    return text;
  }

  @Test
  void aPictureIsShownAndWhatWasThereBeforeIsThereAgainAfter() throws Exception {
    terminal.write("$ before");
    screen.enter();
    screen.draw(List.of("one", "two"), SIZE);
    written();
    assertEquals("one\ntwo", terminal.text());
    assertTrue(terminal.isAlternate() && !terminal.showsCursor() && !terminal.wraps());
    screen.leave();
    screen.leave();
    written();
    assertEquals("$ before", terminal.text());
    assertTrue(!terminal.isAlternate() && terminal.showsCursor() && terminal.wraps());
  }

  @Test
  void onlyLinesThatChangedAreWritten() throws Exception {
    screen.enter();
    screen.draw(List.of("one", "two", "three"), SIZE);
    written();
    screen.draw(List.of("one", "2", "three"), SIZE);
    String change = written();
    assertFalse(change.contains("one") || change.contains("three"), change);
    assertEquals("one\n2\nthree", terminal.text());
    screen.draw(List.of("one", "2", "three"), SIZE);
    assertEquals("", written());
  }

  @Test
  void aShorterPictureLeavesNothingOfTheLongerOne() throws Exception {
    screen.enter();
    screen.draw(List.of("one", "two", "three"), SIZE);
    screen.draw(List.of("1"), SIZE);
    written();
    assertEquals("1", terminal.text());
  }

  @Test
  void aLineAsWideAsTheScreenKeepsItsLastCharacterColouredOrNot() throws Exception {
    screen.enter();
    screen.draw(List.of("0123456789", "\u001b[1m012345678\u001b[0m9"), SIZE);
    written();
    assertEquals("0123456789\n0123456789", terminal.text());
  }

  @Test
  void aLineThatIsTooLongIsCutAndItsColourEnds() throws Exception {
    screen.enter();
    screen.draw(List.of("0123456789a", "\u001b[1m0123456789abc\u001b[0m"), SIZE);
    String change = written();
    assertEquals("012345678…\n012345678…", terminal.text());
    assertTrue(change.endsWith("\u001b[0m"), change);
  }

  @Test
  void linesOfWideCharactersFillTheScreenAndAreCutBetweenThem() throws Exception {
    screen.enter();
    screen.draw(List.of("日本語の本", "\u001b[1m日本語\u001b[0mの長い本", "0e\u030123456789"), SIZE);
    String change = written();
    assertEquals("日本語の本\n日本語の…\n0e\u030123456789", terminal.text());
    screen.draw(List.of("日本", "\u001b[1m日\u001b[0m", "🚀🚀🚀🚀🚀🚀"), SIZE);
    written();
    assertEquals("日本\n日\n🚀🚀🚀🚀…", terminal.text());
    assertTrue(change.contains("\u001b[1m日本語\u001b[0mの…"), change);
  }

  @Test
  void aPictureIsCutToTheRowsThereAre() throws Exception {
    screen.enter();
    screen.draw(List.of("1", "2", "3", "4", "5"), SIZE);
    written();
    assertEquals("1\n2\n3\n4", terminal.text());
  }

  @Test
  void whatSomebodyElseWroteIsDrawnOver() throws Exception {
    screen.enter();
    screen.draw(List.of("one", "two"), SIZE);
    written();
    terminal.write("\u001b[1;1Hmess\u001b[4;1Hmess");
    screen.forget();
    screen.draw(List.of("one", "two"), SIZE);
    written();
    assertEquals("one\ntwo", terminal.text());
  }

  @Test
  void aPictureThatFillsTheScreenKeepsItsLastLine() throws Exception {
    screen.enter();
    screen.forget();
    screen.draw(List.of("1", "2", "3", "4"), SIZE);
    written();
    assertEquals("1\n2\n3\n4", terminal.text());
  }

  @Test
  void nothingIsDrawnWhileTheScreenIsNotTaken() throws Exception {
    screen.draw(List.of("one"), SIZE);
    assertEquals("", written());
  }
}
