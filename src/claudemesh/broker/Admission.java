package claudemesh.broker;

import claudemesh.protocol.ClientMessage.Hello;
import claudemesh.protocol.ClientMessage.Opening;
import claudemesh.protocol.ClientMessage.SessionHello;
import claudemesh.protocol.CloseMeaning;

/** What came of checking a hello. */
sealed interface Admission {

  /**
   * The hello proves who speaks.
   *
   * @param mesh the mesh it opens
   * @param member the member, or the parent of the session
   * @param hello what was said
   */
  record Admitted(Mesh mesh, Member member, Opening hello) implements Admission {

    boolean isSession() {
      return hello instanceof SessionHello;
    }

    /** The key others know this connection by. */
    String pubkey() {
      return switch (hello) {
        case Hello member -> member.sessionPubkey().orElse(member.pubkey());
        case SessionHello session -> session.sessionPubkey();
      };
    }
  }

  /**
   * It does not.
   *
   * @param code the error's code
   * @param message the error's words
   * @param closeCode the close code
   * @param closeReason the close's reason
   * @param counted the metric's word for it
   */
  record Refused(String code, String message, int closeCode, String closeReason, String counted)
      implements Admission {

    Refused(String code, String message, int closeCode, String closeReason) {
      this(code, message, closeCode, closeReason, code);
    }

    /** The same, counted under another word. */
    Refused countedAs(String word) {
      return new Refused(code, message, closeCode, closeReason, word);
    }

    static Refused with(String code, String message) {
      return new Refused(code, message, CloseMeaning.POLICY, code);
    }
  }
}
