package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import claudemesh.store.EndedMessages.Ended;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EndedMessagesTest {

  private final EndedMessages ended = new EndedMessages();

  @Test
  void theFirstToEndIsTheFirstTaken() {
    ended.add(30, 1);
    ended.add(10, 3);
    assertEquals(new Ended(30, 1), ended.take());
    assertEquals(new Ended(10, 3), ended.take());
    assertEquals(0, ended.size());
  }

  @Test
  void aRollbackGivesBackWhatWasTakenAndDropsWhatWasAdded() {
    ended.add(1, 1);
    ended.committed();
    ended.take();
    ended.add(2, 1);
    ended.rolledBack();
    assertEquals(1, ended.size());
    assertEquals(new Ended(1, 1), ended.take());
  }

  @Test
  void itHoldsWhatAQueueWouldThroughCommitsAndRollbacks() {
    Random random = new Random(3);
    Deque<Ended> expected = new ArrayDeque<>();
    long next = 1;
    for (int transaction = 0; transaction < 200; transaction++) {
      Deque<Ended> changed = new ArrayDeque<>(expected);
      for (int i = random.nextInt(400); i > 0; i--) {
        Ended message = new Ended(next++, 1 + random.nextInt(3));
        changed.add(message);
        ended.add(message.first(), message.rows());
      }
      for (int i = random.nextInt(380); i > 0 && !changed.isEmpty(); i--) {
        assertEquals(changed.remove(), ended.take());
      }
      if (random.nextInt(4) == 0) {
        ended.rolledBack();
      } else {
        ended.committed();
        expected = changed;
      }
      assertEquals(expected.size(), ended.size());
    }
    for (Ended message : expected) {
      assertEquals(message, ended.take());
    }
  }
}
