package claudemesh.store;

/**
 * One message in one mailbox.
 *
 * @param messageId its id
 * @param urgency 0 most, 2 least
 * @param payload the text, as appended
 */
public record StoredMessage(String messageId, int urgency, String payload) {}
