package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.protocol.Group;
import claudemesh.protocol.ParentAttestation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RegistrationTest {

  private static final Ed25519KeyPair MEMBER = Ed25519KeyPair.fromSeedHex("01".repeat(32));
  private static final Ed25519KeyPair SESSION = Ed25519KeyPair.fromSeedHex("02".repeat(32));
  private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

  private static Json.Builder minimal() {
    return Json.object()
        .put("token", "0".repeat(63) + "1")
        .put("session_id", "s")
        .put("mesh", "rig")
        .put("display_name", "noPresence")
        .put("pid", 1);
  }

  private static Json presence(Ed25519KeyPair parent, Ed25519KeyPair attested) {
    ParentAttestation minted = ParentAttestation.mint(parent, attested.publicHex(), LONG_AGO);
    return Json.object()
        .put("session_pubkey", SESSION.publicHex())
        .put("session_secret_key", SESSION.secretHex())
        .put(
            "parent_attestation",
            Json.object()
                .put("session_pubkey", minted.sessionPubkey())
                .put("parent_member_pubkey", minted.parentMemberPubkey())
                .put("expires_at", minted.expiresAt())
                .put("signature", minted.signature())
                .build())
        .build();
  }

  private static String refusal(Json body) {
    return assertThrows(JsonException.class, () -> Registration.decode(body)).getMessage();
  }

  @Test
  void whatIsMissingOrOfTheWrongFormIsNamed() {
    assertEquals("token must be 64 hex chars", refusal(Json.object().build()));
    assertEquals("token must be 64 hex chars", refusal(minimal().put("token", "zz").build()));
    assertEquals("token must be 64 hex chars", refusal(minimal().put("token", 5).build()));
    for (String field : List.of("session_id", "mesh", "display_name", "pid")) {
      assertEquals("missing '" + field + "'", refusal(minimal().remove(field).build()));
    }
    assertEquals("pid must be a process id, found 0", refusal(minimal().put("pid", 0).build()));
  }

  @Test
  void groupsMayBeWordsOrObjects() {
    Json groups =
        Json.array(
            List.of(
                Json.of("dev"),
                Json.of("ops:lead"),
                Json.object().put("name", "qa").put("role", "tester").build()));
    assertEquals(
        List.of(
            new Group("dev", Optional.empty()),
            new Group("ops", Optional.of("lead")),
            new Group("qa", Optional.of("tester"))),
        Registration.decode(minimal().put("groups", groups).build()).groups());
  }

  @Test
  void aKeyIsTakenOnTheMembersWordHoweverOldTheWord() {
    Json body = minimal().put("presence", presence(MEMBER, SESSION)).build();
    Registration asked = Registration.decode(body);
    assertEquals(SESSION, asked.handedIn(MEMBER.publicHex()));
    assertFalse(asked.isManaged());
    assertEquals(
        SESSION.publicHex(), asked.shownAttestation().orElseThrow().string("sessionPubkey"));
  }

  @Test
  void aKeyThatTheMemberDoesNotVouchForIsRefused() {
    assertEquals(
        "parent_attestation: attestation_mismatch", keyRefusal(presence(SESSION, SESSION)));
    assertEquals("parent_attestation: attestation_mismatch", keyRefusal(presence(MEMBER, MEMBER)));
    Json forged =
        Json.parse(
            presence(MEMBER, SESSION)
                .toString()
                .replaceAll("\"signature\":\"\\w{8}", "\"signature\":\"00000000"));
    assertEquals("parent_attestation: bad_signature", keyRefusal(forged));
  }

  @Test
  void aKeyThatIsNoneIsRefusedWithoutRepeatingIt() {
    String cut = SESSION.secretHex().substring(1);
    String said =
        keyRefusal(presence(MEMBER, SESSION).toBuilder().put("session_secret_key", cut).build());
    assertTrue(said.startsWith("session_secret_key: "), said);
    assertFalse(said.contains(cut.substring(0, 16)), said);
    assertEquals(
        "session_pubkey: expected the key of session_secret_key",
        keyRefusal(
            presence(MEMBER, SESSION).toBuilder()
                .put("session_pubkey", MEMBER.publicHex())
                .build()));
  }

  private static String keyRefusal(Json presence) {
    Registration asked = Registration.decode(minimal().put("presence", presence).build());
    return assertThrows(JsonException.class, () -> asked.handedIn(MEMBER.publicHex())).getMessage();
  }

  @Test
  void theDaemonMayBeAskedToKeepTheKey() {
    Json managed = Json.object().put("managed", true).build();
    assertTrue(Registration.decode(minimal().put("presence", managed).build()).isManaged());
  }
}
