package claudemesh.cli;

import claudemesh.broker.BrokerOptions;
import claudemesh.store.MailboxLimits;
import java.util.List;
import java.util.Set;

/** The limits of a broker, each with a flag. */
final class BrokerLimits {

  private static final int MANY = 1_000_000;
  private static final int LARGEST_MESSAGE = 16 << 20;

  static final Flag RATE =
      Flag.value(
          "rate", "N", "sends a second that each member may make, and twice as many at once");
  private static final Flag MESSAGE =
      Flag.value("max-message", "CHARS", "longest message; 65536 unless given");
  private static final Flag MAILBOX =
      Flag.value("max-mailbox", "N", "most messages that wait in one mailbox; 10000 unless given");
  private static final Flag CONNECTIONS =
      Flag.value("max-connections", "N", "most connections of one mesh; 10000 unless given");
  private static final Flag OF_MEMBER =
      Flag.value(
          "max-member-connections", "N", "most connections of one member; 10000 unless given");
  private static final Flag STRANGERS =
      Flag.value(
          "max-strangers",
          "N",
          "most connections of one address that have not said who they are; 4096 unless given");
  private static final Flag ORIGIN =
      Flag.repeated(
          "allow-origin",
          "ORIGIN",
          "let pages of this web origin in, * for all; none unless given");

  static final List<Flag> FLAGS =
      List.of(RATE, MESSAGE, MAILBOX, CONNECTIONS, OF_MEMBER, STRANGERS, ORIGIN);

  private BrokerLimits() {}

  /** Puts what was given over what the options have. */
  static BrokerOptions apply(Arguments given, BrokerOptions options) throws UsageException {
    MailboxLimits boxes = options.mailboxLimits();
    int rate = given.number(RATE.name(), 1, MANY).orElse(0);
    BrokerOptions limited =
        options
            .withMaxMessageChars(number(given, MESSAGE, LARGEST_MESSAGE, options.maxMessageChars()))
            .withMailboxLimits(
                new MailboxLimits(
                    number(given, MAILBOX, MANY, boxes.maxPerMailbox()),
                    boxes.maxMessages(),
                    boxes.maxChars(),
                    boxes.retention(),
                    boxes.remembered(),
                    boxes.maxPerLog()))
            .withMaxSocketsPerMesh(number(given, CONNECTIONS, MANY, options.maxSocketsPerMesh()))
            .withMaxSocketsPerMember(number(given, OF_MEMBER, MANY, options.maxSocketsPerMember()))
            .withMaxStrangersPerAddress(
                number(given, STRANGERS, MANY, options.maxStrangersPerAddress()))
            .withOrigins(Set.copyOf(given.values(ORIGIN.name())));
    return rate == 0 ? limited : limited.withRate(rate, 2 * rate);
  }

  private static int number(Arguments given, Flag flag, int most, int otherwise)
      throws UsageException {
    return given.number(flag.name(), 1, most).orElse(otherwise);
  }
}
