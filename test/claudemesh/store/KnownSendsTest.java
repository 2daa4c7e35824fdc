package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KnownSendsTest {

  private static final int DIGESTS =
      6_000; // more than it starts with, and few enough to meet again

  private final KnownSends sends = new KnownSends();
  private final Random random = new Random(7);

  @Test
  void whatWasAddedIsFoundAndNothingElse() {
    sends.add(-1, 5);
    sends.add(1L << 40, 6); // has the place of 0
    assertEquals(5, sends.row(-1));
    assertEquals(6, sends.row(1L << 40));
    assertEquals(0, sends.row(0));
    assertEquals(2, sends.size());
  }

  @Test
  void removingTheFirstOfSeveralWithOnePlaceLeavesTheOthersToBeFound() {
    for (long i = 1; i <= 5; i++) {
      sends.add(i << 32, i);
    }
    sends.remove(2L << 32);
    sends.remove(2L << 32);
    assertEquals(0, sends.row(2L << 32));
    assertEquals(4, sends.size());
    for (long i : new long[] {1, 3, 4, 5}) {
      assertEquals(i, sends.row(i << 32));
    }
  }

  @Test
  void itKnowsWhatAMapWouldThroughCommitsAndRollbacks() {
    Map<Long, Long> expected = new HashMap<>();
    for (int transaction = 0; transaction < 300; transaction++) {
      Map<Long, Long> changed = new HashMap<>(expected);
      for (int i = 0; i < 200; i++) {
        change(changed);
      }
      if (random.nextInt(3) == 0) {
        sends.rolledBack();
      } else {
        sends.committed();
        expected = changed;
      }
      requireSame(expected);
    }
  }

  private void change(Map<Long, Long> changed) {
    long digest = digest(random.nextInt(DIGESTS));
    if (changed.containsKey(digest) && random.nextBoolean()) {
      sends.remove(digest);
      changed.remove(digest);
    } else if (!changed.containsKey(digest)) {
      long row = 1 + random.nextInt(1_000_000);
      sends.add(digest, row);
      changed.put(digest, row);
    }
  }

  // Few different low bits, so that places collide.
  private static long digest(int number) {
    return (long) (number >> 4) << 32 | (number & 15) * 64L;
  }

  private void requireSame(Map<Long, Long> expected) {
    assertEquals(expected.size(), sends.size());
    for (int i = 0; i < DIGESTS; i++) {
      assertEquals(expected.getOrDefault(digest(i), 0L), sends.row(digest(i)));
    }
  }
}
