package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code top} and {@code peer list --watch} on a real pseudo-terminal. */
final class LiveOnTerminalTest {

  @TempDir Path dir;
  private DaemonScene scene;

  @BeforeEach
  void aDaemonOfAlices() throws Exception {
    Pty.assumeThereIsOne();
    scene = new DaemonScene(dir);
  }

  @AfterEach
  void close() throws Exception {
    if (scene != null) {
      scene.close();
    }
  }

  private Pty start(int columns, int rows, String... args) throws Exception {
    return Pty.start(dir, scene.scene.alice.environment(), columns, rows, args);
  }

  @Test
  void topShowsWhoComesAndQuitsWithQ() throws Exception {
    try (Pty pty = start(100, 24, "top", "--interval", "1h")) {
      pty.terminal().awaitText("alice, member");
      assertTrue(pty.terminal().isAlternate());
      assertFalse(pty.terminal().text().contains("bob"));
      scene.scene.listeningBob();
      String text = pty.terminal().awaitText("bob"); // an event told it, an hour early
      assertTrue(text.startsWith("daemon "), text);
      assertTrue(text.contains("q quits"), text);
      pty.type("x");
      pty.type("q");
      assertEquals(0, pty.ended());
      assertEquals("", pty.terminal().text(), "nothing is left behind");
    }
  }

  @Test
  void topKeepsToTheSizeOfItsTerminalAndToANewOne() throws Exception {
    for (int i = 0; i < 12; i++) {
      scene.scene.asBob("connect", "--as", "peer-" + i, "--listen");
    }
    for (int i = 0; i < 12; i++) {
      scene.scene.awaitPeer("peer-" + i);
    }
    try (Pty pty = start(100, 40, "top", "--interval", "1s")) {
      for (int i = 0; i < 12; i++) {
        pty.terminal().awaitText("peer-" + i);
      }
      pty.resize(50, 14);
      String small = pty.terminal().awaitText("more");
      assertTrue(small.startsWith("daemon "), small);
      assertTrue(small.contains("alice,") && small.contains("peer-"), small);
      pty.resize(120, 50);
      pty.terminal().awaitText("peer-11");
      pty.type("\f");
      pty.type("q");
      assertEquals(0, pty.ended());
    }
  }

  @Test
  void ctrlCEndsItWith130AndSigtermWith143AndTheTerminalIsAsItWas() throws Exception {
    try (Pty pty = start(80, 24, "top")) {
      pty.terminal().awaitText("alice, member");
      pty.type("\u0003");
      assertEquals(130, pty.ended());
    }
    try (Pty pty = start(80, 24, "peer", "list", "--watch", "--all")) {
      pty.terminal().awaitText("control-plane");
      pty.signal("TERM");
      assertEquals(143, pty.ended());
    }
  }

  @Test
  void ctrlZGivesTheTerminalBackAndFgTakesItAgain() throws Exception {
    try (Pty pty = start(80, 24, "top")) {
      pty.terminal().awaitText("alice, member");
      pty.type("\u001a");
      pty.terminal().await("the main screen", terminal -> !terminal.isAlternate());
      Path stat = Path.of("/proc/" + pty.pid() + "/stat");
      DaemonScene.await("it to stop", () -> Files.readString(stat).contains(") T "));
      pty.signal("CONT");
      pty.terminal()
          .await(
              "the picture again",
              terminal -> terminal.entered() == 2 && terminal.text().contains("alice, member"));
      pty.type("q");
      assertEquals(0, pty.ended());
    }
  }

  @Test
  void topGoesOnWhenTheDaemonIsBack() throws Exception {
    try (Pty pty = start(80, 24, "top", "--interval", "200ms")) {
      pty.terminal().awaitText("alice, member");
      scene.stopDaemon();
      pty.terminal().awaitText("The daemon has gone");
      scene.startDaemon();
      pty.terminal().awaitText("alice, member");
      pty.type("q");
      assertEquals(0, pty.ended());
    }
  }

  @Test
  void aWatchedListIsRedrawnInPlaceAndStaysWhenItEnds() throws Exception {
    try (Pty pty = start(60, 12, "peer", "list", "--watch")) {
      pty.terminal().awaitText("Nobody is there.");
      RunningCli bob = scene.scene.listeningBob();
      String one = pty.terminal().awaitText("1 peer,");
      assertTrue(one.contains("bob"), one);
      assertFalse(one.contains("Nobody"), one);
      bob.close();
      pty.terminal().await("bob to go", terminal -> !terminal.text().contains("idle"));
      scene.scene.asBob("connect", "--as", "second", "--listen");
      pty.terminal().awaitText("second");
      pty.type("q");
      assertEquals(0, pty.ended());
      String left = pty.terminal().text();
      assertTrue(left.startsWith("NAME") && left.contains("second"), left);
    }
  }

  @Test
  void whatCannotBeShownLeavesTheScreenAlone() throws Exception {
    scene.stopDaemon();
    try (Pty pty = start(80, 24, "top")) {
      assertEquals(6, pty.ended());
      assertEquals(0, pty.terminal().entered());
      assertTrue(pty.terminal().text().contains("claudemesh daemon up"), pty.terminal().text());
    }
  }
}
