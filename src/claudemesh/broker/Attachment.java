package claudemesh.broker;

import claudemesh.broker.Admission.Refused;

/** What came of putting a proven peer on its mesh. */
sealed interface Attachment {

  /**
   * The presence is live, has its hello ack queued and behind it its mail.
   *
   * @param presence the presence, new or taken up again
   */
  record Attached(Presence presence) implements Attachment {}

  /**
   * It is not.
   *
   * @param refused why
   */
  record Rejected(Refused refused) implements Attachment {}
}
