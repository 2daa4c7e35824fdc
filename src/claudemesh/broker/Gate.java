package claudemesh.broker;

import claudemesh.broker.Admission.Admitted;
import claudemesh.broker.Admission.Refused;
import claudemesh.crypto.Keys;
import claudemesh.crypto.Signatures;
import claudemesh.protocol.ClientMessage.Hello;
import claudemesh.protocol.ClientMessage.Opening;
import claudemesh.protocol.ClientMessage.SessionHello;
import claudemesh.protocol.CloseMeaning;
import claudemesh.protocol.ErrorCode;
import claudemesh.protocol.ParentAttestation;
import claudemesh.protocol.SigningTexts;
import claudemesh.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Checks hellos, in the order of the table in protocol.md §3: what is cheap and needs no secret
 * first. Holds no lock; signatures are verified on the connection's own thread.
 */
final class Gate {

  /** So far may the time that a hello says it was said at be from ours. */
  static final Duration MOST_SKEW = Duration.ofSeconds(60);

  private static final String BANNED = "banned";

  private final MeshDirectory directory;
  private final Clock clock;
  private final Predicate<Opening> hasNoRoom;

  Gate(MeshDirectory directory, Clock clock, Predicate<Opening> hasNoRoom) {
    this.directory = directory;
    this.clock = clock;
    this.hasNoRoom = hasNoRoom;
  }

  Admission check(Opening hello) throws IOException {
    Optional<Refused> fault =
        switch (hello) {
          case Hello member -> faultOf(member);
          case SessionHello session -> faultOf(session);
        };
    if (fault.isPresent()) {
      return fault.get();
    }
    return switch (hello) {
      case Hello member -> admit(member, member.pubkey(), "pubkey not found in mesh");
      case SessionHello session ->
          admit(session, session.parentMemberPubkey(), "parent pubkey not found in mesh");
    };
  }

  private Optional<Refused> faultOf(Hello hello) {
    if (hello.sessionPubkey().isPresent() && !Keys.isPublicHex(hello.sessionPubkey().get())) {
      return refused(ErrorCode.BAD_SESSION_PUBKEY, "sessionPubkey must be 64 lowercase hex chars");
    }
    String text =
        SigningTexts.hello(
            hello.meshId(), hello.memberId(), hello.pubkey(), hello.timestamp().orElse(0));
    return commonFault(hello, "hello", hello.pubkey(), text);
  }

  private Optional<Refused> faultOf(SessionHello hello) {
    String session = hello.sessionPubkey();
    String parent = hello.parentMemberPubkey();
    if (!Keys.isPublicHex(session)) {
      return refused(ErrorCode.BAD_SESSION_PUBKEY, "sessionPubkey must be 64 lowercase hex chars");
    }
    if (!Keys.isPublicHex(parent)) {
      return refused(
          ErrorCode.BAD_PARENT_PUBKEY, "parentMemberPubkey must be 64 lowercase hex chars");
    }
    Optional<String> fault = attestationFault(hello.attestation(), session, parent);
    if (fault.isPresent()) {
      String code = fault.get();
      return refused(
          code,
          code.equals(ErrorCode.ATTESTATION_MISMATCH)
              ? "parentAttestation does not bind the claimed session+parent pubkeys"
              : "attestation rejected: " + code);
    }
    String text =
        SigningTexts.sessionHello(hello.meshId(), parent, session, hello.timestamp().orElse(0));
    return commonFault(hello, "session_hello", session, text);
  }

  private Optional<String> attestationFault(
      Optional<ParentAttestation> attestation, String session, String parent) {
    return attestation.isEmpty()
        ? Optional.of(ErrorCode.ATTESTATION_MISMATCH)
        : attestation.get().fault(session, parent, clock.wallTime());
  }

  private Optional<Refused> commonFault(Opening hello, String type, String signer, String text) {
    if (hasNoRoom.test(hello)) {
      return Optional.of(meshIsFull());
    }
    if (isSkewed(hello)) {
      return rejected(type, ErrorCode.TIMESTAMP_SKEW);
    }
    if (!Keys.isSignatureHex(hello.signature()) || signer.isEmpty()) {
      return rejected(type, ErrorCode.MALFORMED);
    }
    if (!Keys.isPublicHex(signer)) {
      return Optional.empty(); // nobody's key: unauthorized, as deployed brokers say
    }
    return Signatures.verify(signer, text, hello.signature())
        ? Optional.empty()
        : rejected(type, ErrorCode.BAD_SIGNATURE);
  }

  private boolean isSkewed(Opening hello) {
    if (hello.timestamp().isEmpty()) {
      return true;
    }
    long now = clock.wallTime().toEpochMilli();
    long said = hello.timestamp().getAsLong();
    long most = MOST_SKEW.toMillis();
    return said < now - most || said > now + most;
  }

  private Admission admit(Opening hello, String pubkey, String unknown) throws IOException {
    Optional<Mesh> mesh = directory.mesh(hello.meshId());
    Optional<Member> member = mesh.flatMap(found -> found.member(pubkey));
    if (member.isEmpty()) {
      return Refused.with(ErrorCode.UNAUTHORIZED, unknown);
    }
    if (namesAnotherParent(hello, member.get())) {
      return Refused.with(
          ErrorCode.PARENT_MEMBER_ID_MISMATCH, "parentMemberId does not match parentMemberPubkey");
    }
    if (member.get().isRevoked()) {
      return revokedFrom(mesh.get());
    }
    Admitted admitted = new Admitted(mesh.get(), member.get(), hello);
    boolean usesMembersKey =
        !admitted.pubkey().equals(pubkey) && mesh.get().member(admitted.pubkey()).isPresent();
    if (usesMembersKey || (admitted.isSession() && admitted.pubkey().equals(pubkey))) {
      return Refused.with(
          ErrorCode.BAD_SESSION_PUBKEY, "sessionPubkey must be a key of its own, not a member's");
    }
    return admitted;
  }

  private static boolean namesAnotherParent(Opening hello, Member member) {
    return hello instanceof SessionHello session
        && session.parentMemberId().isPresent()
        && !session.parentMemberId().get().equals(member.memberId());
  }

  static Refused meshIsFull() {
    return Refused.with(ErrorCode.CAPACITY, "the mesh is full: try again later");
  }

  static Refused helloIsOvertaken() {
    return Refused.with(
            ErrorCode.TIMESTAMP_SKEW,
            "this hello is older than the one of the connection that is here: say a new one")
        .countedAs("overtaken");
  }

  static Refused memberIsFull() {
    return Refused.with(ErrorCode.CAPACITY, "this member has too many connections: close some")
        .countedAs("capacity_member");
  }

  static Refused tooMuchBeforeHello() {
    return Refused.with(ErrorCode.MALFORMED, "too much was said before the hello")
        .countedAs("too_much_before_hello");
  }

  static Refused revokedFrom(Mesh mesh) {
    return new Refused(
        ErrorCode.REVOKED,
        "You've been removed from \"" + mesh.name() + "\". Contact the mesh owner to rejoin.",
        CloseMeaning.CODE_BANNED,
        BANNED);
  }

  private static Optional<Refused> rejected(String type, String code) {
    return refused(code, type + " rejected: " + code);
  }

  private static Optional<Refused> refused(String code, String message) {
    return Optional.of(Refused.with(code, message));
  }
}
