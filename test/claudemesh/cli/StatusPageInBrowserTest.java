package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.build.Built;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The broker's status page in a real browser, with real traffic behind it. {@code make test-page}
 * runs it; pictures are left in the build's folder.
 */
@Tag("page")
final class StatusPageInBrowserTest {

  private static final String TILE =
      "(label) => [...document.querySelectorAll('.tile')].find((tile) =>"
          + " tile.innerText.includes(label))";

  @TempDir Path dir;

  @TempDir(cleanup = CleanupMode.NEVER) // the browser's last process may still write there
  Path profile;

  private Scene scene;
  private Chromium chromium;
  private BrowserPage page;

  @BeforeEach
  void aPageInABrowser() throws Exception {
    scene = new Scene(dir);
    chromium = Chromium.start(profile);
    page = new BrowserPage(chromium.devTools());
    page.resize(1100, 1000);
    page.prefer("light");
  }

  @AfterEach
  void close() throws Exception {
    if (page != null) {
      page.close();
    }
    if (chromium != null) {
      chromium.close();
    }
    scene.close();
  }

  private String origin() {
    return "http://127.0.0.1:" + scene.broker().url().getPort();
  }

  private void open() throws Exception {
    page.open(origin() + "/");
    page.await("document.querySelector('.live:not(.lost)')");
  }

  /** The number on a tile. */
  private static String tile(String label) {
    return "Number((%s)('%s').querySelector('b').textContent.replaceAll(',', ''))"
        .formatted(TILE, label);
  }

  private void picture(String name) throws Exception {
    page.picture(Built.jar().resolveSibling("page-" + name + ".png"));
  }

  private void awaitText(String text) throws Exception {
    page.await("document.body.innerText.includes('" + text + "')");
  }

  /** Two peers, mail both taken and waiting, a refusal, and connections that ended. */
  private void traffic() throws Exception {
    RunningCli bob = scene.listeningBob();
    RunningCli gone = scene.asBob("connect", "--as", "traveller", "--listen");
    gone.awaitLine(line -> line.contains("\"status\":\"open\""));
    awaitText("traveller");
    gone.close();
    awaitText("away");
    String lines =
        IntStream.range(0, 300).mapToObj(i -> "message " + i + "\n").collect(Collectors.joining());
    TestCli.Result sent = scene.alice.runWith(lines, "connect", "--as", "sender", "--to", "bob");
    assertEquals(0, sent.code(), sent.err());
    assertEquals(0, scene.alice.run("send", "traveller", "for later").code());
    for (int i = 0; i < 300; i++) {
      bob.awaitRecord("message");
    }
  }

  @Test
  void numbersChangeLiveAndNothingIsFetchedFromElsewhereNorComplainedAbout() throws Exception {
    open();
    assertEquals("0", page.string("String(" + tile("peers connected") + ")"));
    page.value(
        "globalThis.seen = 0; new MutationObserver(() => { globalThis.seen = Math.max(seen, "
            + tile("messages in / s")
            + "); }).observe(document, { subtree: true, childList: true })");
    traffic();
    page.await(tile("peers connected") + " === 1");
    page.await(tile("messages waiting") + " >= 1");
    page.await("globalThis.seen > 0");
    awaitText("1000 left");
    assertTrue(page.holds("document.querySelector('.tile svg polyline').points.length > 1"));
    assertEquals(List.of(), page.takeComplaints());
    List<String> elsewhere =
        page.requests().stream().filter(url -> !url.startsWith(origin() + "/")).toList();
    assertEquals(List.of(), elsewhere);
    assertTrue(page.requests().contains(origin() + "/status/events"), page.requests().toString());
  }

  @Test
  void bothColourSchemesAreReadableAndNothingIsWiderThanThePage() throws Exception {
    open();
    traffic();
    awaitText("1000 left");
    String light = backgroundIn("light");
    String dark = backgroundIn("dark");
    assertNotEquals(light, dark);
    page.resize(400, 1400);
    assertFits();
    picture("narrow");
    assertEquals(List.of(), page.takeComplaints());
  }

  private String backgroundIn(String scheme) throws Exception {
    page.prefer(scheme);
    assertEquals("", page.string(UNREADABLE), scheme);
    assertFits();
    picture(scheme);
    return page.string("getComputedStyle(document.body).backgroundColor");
  }

  private void assertFits() throws Exception {
    assertTrue(page.holds("document.documentElement.scrollWidth <= innerWidth"), "too wide");
    assertTrue(
        page.holds(
            "[...document.querySelectorAll('.scroll')].every(box => box.scrollWidth <="
                + " box.clientWidth)"),
        "a table is cut");
    assertTrue(
        page.holds(
            "[...document.querySelectorAll('.tile span')].every(label => label.scrollWidth <="
                + " label.clientWidth)"),
        "a label is cut");
  }

  /** Names texts whose contrast with what is behind them is less than WCAG's 4.5 to 1. */
  private static final String UNREADABLE =
      """
      (() => {
        const light = (colour) => {
          const parts = colour.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
          return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
        };
        const behind = (element) => {
          const colour = getComputedStyle(element).backgroundColor;
          return /rgba\\(.*, 0\\)/.test(colour) ? behind(element.parentElement) : colour;
        };
        return [...document.querySelectorAll('main *')]
          .filter((one) => one.children.length === 0 && one.textContent.trim() && one.tagName !== 'SCRIPT')
          .filter((one) => {
            const two = [light(getComputedStyle(one).color), light(behind(one))].sort((a, b) => b - a);
            return (two[0] + 0.05) / (two[1] + 0.05) < 4.5;
          })
          .map((one) => one.tagName + ' ' + one.className + ': ' + one.textContent).join('; ');
      })()\
      """;

  @Test
  void whenTheBrokerGoesThePageSaysSoAndGoesOnWhenItIsBack() throws Exception {
    open();
    scene.stopBroker();
    awaitText("the broker does not answer");
    assertTrue(page.holds("document.querySelector('.stale')"), "old numbers look old");
    page.prefer("dark");
    picture("lost");
    scene.restartBroker();
    page.await("document.querySelector('.live:not(.lost)')");
    assertFalse(page.holds("document.querySelector('.stale')"));
    scene.listeningBob();
    awaitText("bob");
  }
}
