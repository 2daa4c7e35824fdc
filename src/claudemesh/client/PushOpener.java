package claudemesh.client;

import claudemesh.crypto.CannotOpenException;
import claudemesh.crypto.CryptoBox;
import claudemesh.crypto.PlainBody;
import claudemesh.protocol.BrokerMessage.Push;
import claudemesh.protocol.Target;
import java.util.List;
import java.util.Optional;

/**
 * Turns pushes into messages (protocol.md §2). A body for one key is a box and must open; a body
 * for everyone or a group is plain. Deployed brokers do not say which it is, but name the sender on
 * broadcasts only: there, what does not open and has a named sender is a broadcast, and is never
 * marked as encrypted. Thread-safe.
 */
final class PushOpener {

  private final List<CryptoBox> boxes;

  /**
   * An opener that tries several keys.
   *
   * @param boxes the boxes of our keys, the likeliest first
   */
  PushOpener(List<CryptoBox> boxes) {
    this.boxes = List.copyOf(boxes);
  }

  InboundMessage open(Push push) throws CannotOpenException {
    Optional<Boolean> boxed = push.targetSpec().map(PushOpener::isBoxed);
    if (boxed.equals(Optional.of(false)) || push.topic().isPresent()) {
      return message(push, PlainBody.decode(push.ciphertext()), false);
    }
    try {
      return message(push, unbox(push), true);
    } catch (CannotOpenException e) {
      if (boxed.isEmpty() && push.senderName().isPresent()) {
        return message(push, PlainBody.decode(push.ciphertext()), false);
      }
      throw e;
    }
  }

  private static boolean isBoxed(String spec) {
    try {
      return Target.parse(spec).isBoxed();
    } catch (IllegalArgumentException e) {
      return true; // a target we do not know is no licence to take the body unopened
    }
  }

  private String unbox(Push push) throws CannotOpenException {
    CannotOpenException first = null;
    for (CryptoBox box : boxes) {
      try {
        return box.open(push.senderPubkey(), push.nonce(), push.ciphertext());
      } catch (CannotOpenException e) {
        first = first == null ? e : first;
      }
    }
    throw first;
  }

  private static InboundMessage message(Push push, String text, boolean encrypted) {
    return new InboundMessage(
        push.identity(),
        push.messageId(),
        push.senderName().orElse(""),
        push.senderPubkey(),
        push.senderMemberPubkey().orElse(""),
        text,
        encrypted,
        push.targetSpec().orElse(""),
        push.priority(),
        push.createdAt(),
        push.replyToId(),
        push.topic());
  }
}
