package claudemesh.store;

import java.util.Objects;

/** What a message for the inbox holds. */
public sealed interface InboxContent {

  /**
   * A message that was opened, or was never sealed.
   *
   * @param body what it says
   * @param encrypted whether it was sealed for its recipient, and so is its sender's for certain
   */
  record Readable(String body, boolean encrypted) implements InboxContent {
    /** Checks. */
    public Readable {
      Objects.requireNonNull(body, "body");
    }
  }

  /**
   * A message that could not be opened: kept aside as it came.
   *
   * @param nonce as it came
   * @param ciphertext as it came
   * @param reason why it could not be opened, for people
   */
  record Unreadable(String nonce, String ciphertext, String reason) implements InboxContent {
    /** Checks. */
    public Unreadable {
      Objects.requireNonNull(nonce, "nonce");
      Objects.requireNonNull(ciphertext, "ciphertext");
      Objects.requireNonNull(reason, "reason");
    }
  }
}
