package claudemesh.broker;

import claudemesh.crypto.Ids;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.BrokerMessage.SystemEvent;
import claudemesh.protocol.MessageCodec;
import claudemesh.time.Clock;
import java.util.function.Predicate;

/**
 * What those on a mesh hear of each other (protocol.md §4). Heard by who is live at that moment,
 * and kept for nobody. Guarded by the room's lock.
 */
final class Announcements {

  private final String meshId;
  private final Clock clock;
  private final Presences presences;

  Announcements(String meshId, Clock clock, Presences presences) {
    this.meshId = meshId;
    this.clock = clock;
    this.presences = presences;
  }

  void joined(Presence subject) {
    announce("peer_joined", subject);
  }

  /** It was here before, and had left. */
  void returned(Presence subject) {
    announce("peer_returned", subject);
  }

  void left(Presence subject) {
    announce("peer_left", subject);
  }

  /** It shows itself from now on, or hides; those it hides from hear that too. */
  void visibilityChanged(Presence subject) {
    String word = subject.isVisible() ? "peer_visible" : "peer_hidden";
    tell(event(word, subject), other -> other != subject);
  }

  private void announce(String word, Presence subject) {
    tell(event(word, subject), other -> other != subject && subject.isVisibleTo(other));
  }

  /** Tells those who are live and fit a condition. */
  void tell(BrokerMessage message, Predicate<Presence> whom) {
    String frame = MessageCodec.encode(message);
    for (Presence presence : presences.all()) {
      if (presence.isLive() && whom.test(presence)) {
        presence.send(frame);
      }
    }
  }

  private SystemEvent event(String word, Presence subject) {
    return new SystemEvent(
        word,
        subject.displayName(),
        subject.pubkey(),
        subject.groups(),
        Ids.random32(),
        meshId,
        Stamps.iso(clock.wallTime()));
  }
}
