package claudemesh.lifecycle;

/** How a message relates to the hello. */
public sealed interface HelloReply {

  /** It acknowledges the hello. */
  HelloReply ACCEPTED = new Accepted();

  /** It is something else. */
  HelloReply OTHER = new Other();

  /** It acknowledges the hello. */
  record Accepted() implements HelloReply {}

  /**
   * It refuses the hello.
   *
   * @param code one word for programs
   * @param message the peer's own words
   */
  record Refused(String code, String message) implements HelloReply {}

  /** It is something else. */
  record Other() implements HelloReply {}
}
