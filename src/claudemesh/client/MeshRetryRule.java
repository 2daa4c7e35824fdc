package claudemesh.client;

import claudemesh.lifecycle.Decision;
import claudemesh.lifecycle.RetryRule;
import claudemesh.protocol.CloseMeaning;

/** What a mesh client does with a broker's close and error codes (protocol.md §3). */
final class MeshRetryRule implements RetryRule {

  @Override
  public Decision onClose(int code, String reason) {
    return about(CloseMeaning.ofClose(code, reason));
  }

  @Override
  public Decision onRefusal(String code) {
    return about(CloseMeaning.ofError(code));
  }

  private static Decision about(CloseMeaning meaning) {
    return switch (meaning) {
      case TRANSIENT, MESH_FULL -> Decision.RETRY;
      case CLOCK_OFF -> Decision.RETRY_SLOWLY;
      case ATTESTATION_EXPIRED -> Decision.RENEW;
      case REPLACED, KICKED, BANNED, REFUSED -> Decision.STOP;
    };
  }
}
