package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The checker itself: it must be able to find each fault. */
final class SentMailTest {

  private final SentMail mail = new SentMail();

  private void take(String... ids) {
    for (String id : ids) {
      mail.sending(id, "alice", "bob");
      mail.taken(id);
    }
  }

  private void receive(String... ids) {
    for (String id : ids) {
      mail.received("bob", id);
    }
  }

  private void assertFault(String start) {
    List<String> faults = mail.faults();
    assertEquals(1, faults.size(), faults.toString());
    assertTrue(faults.getFirst().startsWith(start), faults.getFirst());
  }

  @Test
  void allIsWellWhenEveryMessageIsInItsInboxOnceAndInOrder() {
    take("1", "2");
    mail.sending("3", "alice", "bob"); // never answered, and it may have arrived or not
    receive("1", "2");
    assertEquals(List.of(), mail.faults());
    receive("3");
    assertEquals(List.of(), mail.faults());
  }

  @Test
  void whatWaitsOrIsDeadWithAReasonIsNotLost() {
    take("1", "2");
    mail.waiting("1");
    mail.dead("2", Optional.of("too large"));
    assertEquals(List.of(), mail.faults());
  }

  @Test
  void I1_aLostMessageIsFound() {
    take("1", "2");
    receive("2");
    assertFault("I1: acknowledged and lost: number 1");
  }

  @Test
  void I1_aDeadOneWithoutAReasonIsFound() {
    take("1");
    mail.dead("1", Optional.empty());
    assertFault("I1: dead without a reason");
  }

  @Test
  void I2_aDoubleIsFound() {
    take("1");
    receive("1", "1");
    assertFault("I2: twice");
  }

  @Test
  void I3_anOvertakerIsFound() {
    take("1", "2");
    receive("2", "1");
    assertFault("I3: number 1 after 2");
  }

  @Test
  void anotherSendersMessageOvertakesNobody() {
    take("1", "2");
    mail.sending("3", "carol", "bob");
    receive("1", "3", "2");
    assertEquals(List.of(), mail.faults());
  }

  @Test
  void whatNobodySentIsFound() {
    take("1");
    receive("1", "x");
    assertFault("in the inbox of bob but not sent there");
  }

  @Test
  void I11_whatNobodyCouldOpenMustNeitherBeShownNorAcknowledged() {
    take("1");
    receive("1");
    mail.unreadable("f");
    mail.stillAtBroker("f");
    assertEquals(List.of(), mail.faults());
    mail.unreadable("g");
    assertFault("I11: acknowledged");
    mail.stillAtBroker("g");
    receive("g");
    assertFault("I11: shown as authentic");
  }
}
