package claudemesh.client;

import claudemesh.lifecycle.Ending;
import claudemesh.protocol.CloseMeaning;
import claudemesh.protocol.ErrorCode;

/** Says in plain words why a mesh connection ended and what a person can do about it. Pure. */
public final class EndingAdvice {

  private EndingAdvice() {}

  /**
   * Explains an ending.
   *
   * @param ending why a connection ended
   * @return a sentence with the peer's own words, and what to do where something can be done; not
   *     escaped for terminals
   */
  public static String of(Ending ending) {
    String advice = adviceFor(ending);
    String words = ending.words();
    String stop = words.endsWith(".") ? " " : ". ";
    return advice.isEmpty() ? words : words + stop + advice;
  }

  private static String adviceFor(Ending ending) {
    return switch (ending) {
      case Ending.Refused refused -> adviceForRefusal(refused.code());
      case Ending.PeerClosed closed -> advice(CloseMeaning.ofClose(closed.code(), closed.reason()));
      case Ending.UpgradeRefused refused when refused.status() == 404 ->
          "Is the path right? A mesh broker answers at /ws.";
      default -> "";
    };
  }

  private static String adviceForRefusal(String code) {
    if (code.equals(ErrorCode.UNKNOWN_MESSAGE_TYPE)) {
      return "This broker is older than session connections: it needs an update.";
    }
    return advice(CloseMeaning.ofError(code));
  }

  private static String advice(CloseMeaning meaning) {
    return switch (meaning) {
      case TRANSIENT -> "";
      case MESH_FULL -> "The mesh is full; trying again until somebody leaves.";
      case CLOCK_OFF ->
          "This machine's clock is more than 60 s off the broker's: set it, for instance with NTP.";
      case ATTESTATION_EXPIRED -> "A fresh attestation is made for the next attempt.";
      case REPLACED -> "The same session was started again elsewhere; this one stays away.";
      case KICKED -> "An owner or admin of the mesh ended this session.";
      case BANNED -> "An owner or admin of the mesh banned this member: ask them.";
      case REFUSED -> "It will not work as it is: join the mesh again with a new invite link.";
    };
  }
}
