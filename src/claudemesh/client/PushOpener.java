package claudemesh.client;

import claudemesh.crypto.CannotOpenException;
import claudemesh.crypto.CryptoBox;
import claudemesh.crypto.Ed25519KeyPair;
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

  /** The box of one of our keys, made when it is first needed: most connections are idle. */
  static final class OwnBox {
    private final Ed25519KeyPair keys;
    private volatile CryptoBox box;

    OwnBox(Ed25519KeyPair keys) {
      this.keys = keys;
    }

    String pubkey() {
      return keys.publicHex();
    }

    CryptoBox box() {
      CryptoBox made = box;
      if (made == null) {
        made = new CryptoBox(keys); // two threads may both make one, and both will do
        box = made;
      }
      return made;
    }
  }

  private record Unboxed(String text, String recipient) {}

  private final List<OwnBox> boxes;

  /**
   * An opener that tries several keys.
   *
   * @param boxes the boxes of our keys, the likeliest first
   */
  PushOpener(List<OwnBox> boxes) {
    this.boxes = List.copyOf(boxes);
  }

  InboundMessage open(Push push) throws CannotOpenException {
    Optional<Boolean> boxed = push.targetSpec().map(PushOpener::isBoxed);
    if (boxed.equals(Optional.of(false)) || push.topic().isPresent()) {
      return plain(push);
    }
    try {
      return message(push, unbox(push), true);
    } catch (CannotOpenException e) {
      if (boxed.isEmpty() && push.senderName().isPresent()) {
        return plain(push);
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

  private InboundMessage plain(Push push) throws CannotOpenException {
    String text = PlainBody.decode(push.ciphertext());
    return message(push, new Unboxed(text, boxes.getFirst().pubkey()), false);
  }

  private Unboxed unbox(Push push) throws CannotOpenException {
    CannotOpenException first = null;
    for (OwnBox own : boxes) {
      try {
        String text = own.box().open(push.senderPubkey(), push.nonce(), push.ciphertext());
        return new Unboxed(text, own.pubkey());
      } catch (CannotOpenException e) {
        first = first == null ? e : first;
      }
    }
    throw first;
  }

  private static InboundMessage message(Push push, Unboxed body, boolean encrypted) {
    return new InboundMessage(
        push.identity(),
        push.messageId(),
        push.senderName().orElse(""),
        push.senderPubkey(),
        push.senderMemberPubkey().orElse(""),
        body.text(),
        encrypted,
        push.targetSpec().orElse(""),
        body.recipient(),
        push.priority(),
        push.createdAt(),
        push.replyToId(),
        push.topic());
  }
}
