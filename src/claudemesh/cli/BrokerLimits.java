package claudemesh.cli;

import claudemesh.broker.BrokerOptions;
import claudemesh.broker.SocketLimits;
import claudemesh.store.MailboxLimits;
import java.time.Duration;
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
  private static final Flag BURST =
      Flag.value("burst", "N", "sends a member may make at once; twice --rate unless given");
  private static final Flag ALL_MAIL =
      Flag.value("max-mail", "N", "most messages that wait in all mailboxes together");
  private static final Flag MAIL_CHARS =
      Flag.value("max-mail-chars", "N", "most characters of what waits in all mailboxes");
  private static final Flag KEEP =
      Flag.value("keep-mail", "DURATION", "how long a message waits before it is given up");
  private static final Flag REMEMBERED =
      Flag.value("max-remembered", "N", "how many delivered messages are known to be no new ones");
  private static final Flag HISTORY =
      Flag.value("max-history", "N", "most messages that one topic keeps; 1000 unless given");
  private static final Flag ALL_CONNECTIONS =
      Flag.value(
          "max-broker-connections", "N", "most connections of the broker; 50000 unless given");
  private static final Flag HELLO_TIME =
      Flag.value(
          "hello-timeout", "DURATION", "how long a connection may say nothing; 10s unless given");
  private static final Flag HELLO =
      Flag.value("max-hello", "BYTES", "most that is read up to the hello; 4096 unless given");
  private static final Flag HEAD =
      Flag.value("max-head", "BYTES", "longest head of an HTTP request; 8192 unless given");
  private static final Flag BODY =
      Flag.value("max-body", "BYTES", "longest body of an HTTP request; 1 MiB unless given");
  private static final Flag BUFFER =
      Flag.value(
          "max-buffer", "BYTES", "most that waits for a slow reader, then cut; 8 MiB unless given");
  private static final Flag STALL =
      Flag.value(
          "max-stall",
          "DURATION",
          "how long a reader may read nothing, then cut; 10s unless given");
  private static final Flag GRACE =
      Flag.value(
          "grace", "DURATION", "how long a lost connection's name stays listed; 90s unless given");
  private static final Flag LEASE =
      Flag.value(
          "lease", "DURATION", "how long until unacknowledged mail comes again; 30s unless given");
  private static final Flag ORIGIN =
      Flag.repeated(
          "allow-origin",
          "ORIGIN",
          "let pages of this web origin in, * for all; none unless given");

  static final List<Flag> FLAGS =
      List.of(
          RATE,
          BURST,
          MESSAGE,
          MAILBOX,
          ALL_MAIL,
          MAIL_CHARS,
          KEEP,
          REMEMBERED,
          HISTORY,
          ALL_CONNECTIONS,
          CONNECTIONS,
          OF_MEMBER,
          STRANGERS,
          HELLO_TIME,
          HELLO,
          HEAD,
          BODY,
          BUFFER,
          STALL,
          GRACE,
          LEASE,
          ORIGIN);

  private BrokerLimits() {}

  /** Puts what was given over what the options have. */
  static BrokerOptions apply(Arguments given, BrokerOptions options) throws UsageException {
    return options
        .withMaxMessageChars(number(given, MESSAGE, LARGEST_MESSAGE, options.maxMessageChars()))
        .withMailboxLimits(mailboxes(given, options.mailboxLimits()))
        .withMaxSocketsPerMesh(number(given, CONNECTIONS, MANY, options.maxSocketsPerMesh()))
        .withMaxSocketsPerMember(number(given, OF_MEMBER, MANY, options.maxSocketsPerMember()))
        .withMaxStrangersPerAddress(
            number(given, STRANGERS, MANY, options.maxStrangersPerAddress()))
        .withRate(
            number(given, RATE, MANY, options.sendsPerSecond()),
            number(given, BURST, 2 * MANY, burst(given, options)))
        .withHelloTimeout(time(given, HELLO_TIME, options.helloTimeout()))
        .withPatience(
            time(given, GRACE, options.presenceGrace()), time(given, LEASE, options.lease()))
        .withSocketLimits(sockets(given, options.socketLimits()))
        .withOrigins(Set.copyOf(given.values(ORIGIN.name())));
  }

  private static int burst(Arguments given, BrokerOptions options) throws UsageException {
    return given.number(RATE.name(), 1, MANY).map(rate -> 2 * rate).orElse(options.burst());
  }

  private static MailboxLimits mailboxes(Arguments given, MailboxLimits had) throws UsageException {
    int chars = (int) Math.min(Integer.MAX_VALUE, had.maxChars());
    return new MailboxLimits(
        number(given, MAILBOX, MANY, had.maxPerMailbox()),
        number(given, ALL_MAIL, 1_000 * MANY, had.maxMessages()),
        given.has(MAIL_CHARS.name())
            ? number(given, MAIL_CHARS, Integer.MAX_VALUE, chars)
            : had.maxChars(),
        time(given, KEEP, had.retention()),
        number(given, REMEMBERED, 1_000 * MANY, had.remembered()),
        number(given, HISTORY, MANY, had.maxPerLog()));
  }

  private static SocketLimits sockets(Arguments given, SocketLimits had) throws UsageException {
    return new SocketLimits(
        number(given, ALL_CONNECTIONS, MANY, had.maxSockets()),
        number(given, HEAD, LARGEST_MESSAGE, had.maxHeadBytes()),
        number(given, BODY, LARGEST_MESSAGE, had.maxBodyBytes()),
        number(given, HELLO, LARGEST_MESSAGE, had.maxHelloBytes()),
        number(given, BUFFER, 1 << 30, had.maxBufferBytes()),
        time(given, STALL, had.stall()));
  }

  private static Duration time(Arguments given, Flag flag, Duration otherwise)
      throws UsageException {
    Duration time = given.duration(flag.name()).orElse(otherwise);
    if (time.isZero()) {
      throw new UsageException("--" + flag.name() + ": expected more than nothing");
    }
    return time;
  }

  private static int number(Arguments given, Flag flag, int most, int otherwise)
      throws UsageException {
    return given.number(flag.name(), 1, most).orElse(otherwise);
  }
}
