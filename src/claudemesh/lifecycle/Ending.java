package claudemesh.lifecycle;

import java.time.Duration;
import java.util.Optional;

/**
 * Why an attempt ended. The first cause wins: what happens while cleaning up never replaces it.
 * {@link Decision} says what follows.
 */
public sealed interface Ending {

  /** The close code where there was no close frame, RFC 6455 §7.1.5. */
  int NO_CLOSE_FRAME = 1006;

  /** Our own {@link WsLifecycle#close()}. */
  record Requested() implements Ending {
    @Override
    public String words() {
      return "closed by this program";
    }
  }

  /**
   * The peer closed the WebSocket, or the connection ended without a close frame.
   *
   * @param code the close code
   * @param reason the peer's reason, empty if there was none
   */
  record PeerClosed(int code, String reason) implements Ending {
    @Override
    public String words() {
      if (code == NO_CLOSE_FRAME) {
        return "the peer ended the connection without a close frame (1006)";
      }
      return "the peer closed the connection: " + code + (reason.isEmpty() ? "" : " " + reason);
    }
  }

  /**
   * The peer answered the hello with a refusal.
   *
   * @param code one word for programs
   * @param message the peer's own words
   */
  record Refused(String code, String message) implements Ending {
    @Override
    public String words() {
      return "the peer refused the hello: " + code + (message.isEmpty() ? "" : ", " + message);
    }
  }

  /**
   * The server answered the upgrade with another status than 101.
   *
   * @param status the HTTP status
   * @param retryAfter how long it asked to be left alone
   * @param body the start of its body
   */
  record UpgradeRefused(int status, Optional<Duration> retryAfter, String body) implements Ending {
    @Override
    public String words() {
      return "the server answered HTTP " + status + (body.isEmpty() ? "" : ": " + body);
    }
  }

  /** At which step a connection could not be made. */
  enum ConnectStep {
    /** The host's name has no address. */
    DNS,
    /** TCP, or the server's answer to the upgrade. */
    CONNECT,
    /** The TLS handshake was cut. */
    TLS,
    /** The server's certificate is not one we trust. */
    UNTRUSTED,
    /** The proxy would not let us through. */
    PROXY
  }

  /**
   * No connection could be made.
   *
   * @param kind at which step
   * @param words what happened and what to look at
   */
  record ConnectFailed(ConnectStep kind, String words) implements Ending {}

  /**
   * Building the hello threw.
   *
   * @param words what it said
   */
  record HelloFailed(String words) implements Ending {}

  /** What was not done in time. */
  enum Phase {
    /** DNS, TCP, TLS and the upgrade. */
    CONNECT("no connection"),
    /** Building the hello. */
    HELLO("no hello built"),
    /** The peer's answer to the hello. */
    ACK("no hello ack"),
    /** Any sign of life from the peer. */
    LIFE("nothing heard from the peer"),
    /** Writing one message. */
    WRITE("the peer took no data");

    private final String words;

    Phase(String words) {
      this.words = words;
    }
  }

  /**
   * Something took too long; the connection was cut without ceremony, because a peer that does not
   * answer does not answer a close frame either.
   *
   * @param phase what
   * @param limit how long it could have taken
   */
  record TimedOut(Phase phase, Duration limit) implements Ending {
    @Override
    public String words() {
      return phase.words + " within " + limit.toMillis() / 1000.0 + " s";
    }
  }

  /**
   * The peer broke the rules.
   *
   * @param code the close code that names the rule
   * @param words what it did
   */
  record Violation(int code, String words) implements Ending {}

  /**
   * The connection broke.
   *
   * @param words what the network said
   */
  record Lost(String words) implements Ending {}

  /**
   * What happened, for people and logs.
   *
   * @return half a sentence; the peer's words are not escaped for terminals
   */
  String words();

  /**
   * The close code that goes with it.
   *
   * @return the peer's code, the code of the rule it broke, 1000 for our own close, else 1006
   */
  default int closeCode() {
    return switch (this) {
      case Requested requested -> 1000;
      case PeerClosed closed -> closed.code();
      case Violation violation -> violation.code();
      default -> NO_CLOSE_FRAME;
    };
  }
}
