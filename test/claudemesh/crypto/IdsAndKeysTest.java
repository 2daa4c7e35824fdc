package claudemesh.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdsAndKeysTest {
  @Test
  void identifiersHaveTheirFormAndDiffer() {
    Set<String> drawn = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      drawn.add(Ids.random32());
    }
    assertEquals(1000, drawn.size());
    assertTrue(drawn.stream().allMatch(id -> id.matches("[0-9A-Za-z]{32}")));
  }

  @Test
  void orderedIdentifiersSortByTimeAndDiffer() {
    Instant end = Instant.parse("8888-01-01T00:00:00Z");
    for (Instant at :
        new Instant[] {Instant.EPOCH, Instant.parse("2026-02-03T04:05:06.789Z"), end}) {
      String id = Ids.ordered32(at);
      assertTrue(id.matches("[0-9A-Za-z]{32}"), id);
      assertTrue(id.compareTo(Ids.ordered32(at.plusMillis(1))) < 0, id);
      assertTrue(id.compareTo(Ids.ordered32(at.plusSeconds(1_000_000))) < 0, id);
      assertEquals(id.substring(0, 8), Ids.ordered32(at).substring(0, 8));
      assertNotEquals(id, Ids.ordered32(at));
    }
  }

  @Test
  void everyCharacterIsEquallyLikely() {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      Ids.random32().chars().forEach(c -> counts.merge(c, 1, Integer::sum));
    }
    assertEquals(62, counts.size());
    double expected = 20_000 * 32 / 62.0;
    // 10 % is ten standard deviations away; drawing modulo 62 without redrawing would be 20 % off.
    for (int count : counts.values()) {
      assertEquals(expected, count, expected / 10);
    }
  }

  @Test
  void onlyLowercaseHexOfTheRightLengthIsAKeyOrSignature() {
    String hex64 = "0123456789abcdef".repeat(4);
    assertTrue(Keys.isPublicHex(hex64));
    assertTrue(Keys.isSignatureHex(hex64 + hex64));
    for (String wrong : new String[] {null, "", hex64 + "0", hex64.toUpperCase(Locale.ROOT)}) {
      assertFalse(Keys.isPublicHex(wrong));
      assertFalse(Keys.isSignatureHex(wrong));
    }
    assertFalse(Keys.isPublicHex(hex64.replace('a', 'g')));
    assertFalse(Keys.isPublicHex(hex64.replace('a', '/')));
    assertFalse(Keys.isPublicHex(hex64.replace('a', ':')));
    assertFalse(Keys.isPublicHex(hex64.replace('a', '`')));
    // An Arabic digit, which Character.digit would take for a 1.
    assertFalse(Keys.isPublicHex(hex64.replace('1', '١')));
    assertFalse(Keys.isSignatureHex(hex64));
  }
}
