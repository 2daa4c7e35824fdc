package claudemesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import claudemesh.client.SeenMessages.Seen;
import org.junit.jupiter.api.Test;

class SeenMessagesTest {

  private final SeenMessages seen = new SeenMessages(3);

  @Test
  void aMessageIsNewOnceThenHandedOnThenAcknowledged() {
    assertEquals(Seen.NEW, seen.handOn("a"));
    assertEquals(Seen.HANDED_ON, seen.handOn("a"));
    seen.acknowledge("a");
    assertEquals(Seen.ACKNOWLEDGED, seen.handOn("a"));
  }

  @Test
  void whatWasForgottenIsNewAgain() {
    seen.handOn("a");
    seen.forget("a");
    assertEquals(Seen.NEW, seen.handOn("a"));
  }

  @Test
  void onlySoManyAreRememberedAndTheOldestGoesFirst() {
    for (String key : new String[] {"a", "b", "c", "d"}) {
      seen.handOn(key);
    }
    assertEquals(Seen.HANDED_ON, seen.handOn("b"));
    assertEquals(Seen.NEW, seen.handOn("a"));
    assertEquals(Seen.NEW, seen.handOn("b"), "a pushed it out");
  }

  @Test
  void acknowledgingWhatIsForgottenRemembersIt() {
    seen.acknowledge("x");
    assertEquals(Seen.ACKNOWLEDGED, seen.handOn("x"));
  }

  @Test
  void noMembershipPrintsItsSecretKey() {
    String shown = People.alphaAt("ws://broker/ws").toString();
    assertFalse(shown.contains(People.ALPHA.secretHex().substring(0, 64)), shown);
  }
}
