package claudemesh.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

  private static final String KEY =
      "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";

  @Test
  void theFourFormsAreReadAndWritten() {
    assertEquals(new Target.Peer(KEY), Target.parse(KEY));
    assertEquals(new Target.Everyone(), Target.parse("*"));
    assertEquals(new Target.ToGroup("eng/core"), Target.parse("@eng/core"));
    assertEquals(new Target.ToTopic("t1"), Target.parse("#t1"));
    for (String spec : new String[] {KEY, "*", "@all", "#x", "@@", "##"}) {
      assertEquals(spec, Target.parse(spec).spec());
    }
  }

  @Test
  void onlyAPeersBodyIsABox() {
    assertTrue(Target.parse(KEY).isBoxed());
    assertFalse(Target.parse("*").isBoxed());
    assertFalse(Target.parse("@g").isBoxed());
    assertFalse(Target.parse("#t").isBoxed());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@",
        "#",
        "**",
        " *",
        "bravo",
        "8a88e3",
        "8A88E3DD7409F195FD52DB2D3CBA5D72CA6709BF1D94121BF3748801B40F6F5C",
        "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5",
        "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c0",
        "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5g"
      })
  void anythingElseIsNoTarget(String spec) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Target.parse(spec)).getMessage();
    assertTrue(message.startsWith("target: expected 64 lowercase hex digits, *, @group"), message);
  }

  @Test
  void prioritiesHaveTheirWords() {
    for (Priority priority : Priority.values()) {
      assertEquals(priority, Priority.of(priority.word()));
    }
    assertEquals("now", Priority.NOW.word());
    for (String none : new String[] {"", "NOW", "urgent", "now "}) {
      assertThrows(IllegalArgumentException.class, () -> Priority.of(none), none);
    }
  }
}
