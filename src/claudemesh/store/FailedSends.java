package claudemesh.store;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Messages that could not be kept and that their senders have not sent again since: what was sent
 * behind one of them must not overtake it. Knows the latest 65 536. For the writer's thread.
 */
final class FailedSends {

  private static final int MOST = 65_536;

  private final Set<Sent> failed = new LinkedHashSet<>();

  private record Sent(String sender, String clientMessageId) {}

  /** Whether a message must wait for one that failed. */
  boolean holdsBack(NewMessage message) {
    return message.after().isPresent()
        && failed.contains(new Sent(message.sender(), message.after().get()));
  }

  void failed(NewMessage message) {
    message.clientMessageId().ifPresent(id -> failed.add(new Sent(message.sender(), id)));
    if (failed.size() > MOST) {
      failed.remove(failed.iterator().next());
    }
  }

  /** It is kept now, or refused for good: nobody waits for it any more. */
  void decided(NewMessage message) {
    if (!failed.isEmpty()) {
      message.clientMessageId().ifPresent(id -> failed.remove(new Sent(message.sender(), id)));
    }
  }
}
