package claudemesh.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class InviteTest {

  private static final Ed25519KeyPair OWNER = Vectors.keys("owner");
  private static final long EXPIRES = 1_750_003_600L;
  private static final Instant BEFORE = Instant.ofEpochSecond(EXPIRES - 1);

  static Invite golden() {
    Json vector = Vectors.at("invite_v1");
    return new Invite(
        Vectors.MESH,
        "rig",
        "ws://127.0.0.1:7900/ws",
        EXPIRES,
        vector.string("mesh_root_key"),
        "member",
        OWNER.publicHex(),
        vector.string("signature"));
  }

  private static String tokenOf(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String refusal(String link) {
    return assertThrows(IllegalArgumentException.class, () -> Invite.parse(link), link)
        .getMessage();
  }

  @Test
  void theGoldenInviteIsGood() {
    assertEquals(Optional.empty(), golden().fault(BEFORE));
    assertEquals(golden(), golden().signedBy(OWNER), "signing is deterministic");
  }

  @Test
  void everyFormOfALinkIsRead() {
    String token = golden().token();
    assertFalse(token.matches(".*[=+/].*"), token);
    for (String link :
        List.of(
            golden().link(),
            token,
            "ic://join/" + token,
            "https://mesh.example/join/" + token,
            "https://mesh.example:8443/some/path/join/" + token + "?from=mail#top",
            "  ic://join/" + token + " \n")) {
      assertEquals(golden(), Invite.parse(link), link);
    }
  }

  @Test
  void fieldsWeDoNotKnowAreReadPast() {
    String more = golden().encode().toBuilder().put("note", "x").build().toString();
    assertEquals(golden(), Invite.parse(tokenOf(more)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "hello",
        "ic://join",
        "ic://join/",
        "ic://",
        "ic:///",
        "ic://leave/e30",
        "ic:join/abc",
        "x:y://z",
        "://",
        "https://mesh.example",
        "https://mesh.example/",
        "https://mesh.example/join",
        "https://mesh.example/join/",
        "https://mesh.example/leave/abc",
        "https://mesh.example/join/%%%",
        "https://mesh example/join/abc",
        "e30",
        "W10",
        "bnVsbA",
        "NDI",
        "//8",
        "a b",
        "\ud83d\ude00",
        "\0"
      })
  void whatIsNoInviteIsRefusedInWords(String link) {
    String message = refusal(link);
    assertTrue(message.startsWith("this is no invite link: "), message);
  }

  @Test
  void aRefusalNeverRepeatsTheLinkWhichIsASecret() {
    for (String broken :
        List.of("https://a.example/join/%s%%", "ic://join/%s ü", "https://a b/%s")) {
      String message = refusal(broken.formatted(golden().token()));
      assertFalse(message.contains(golden().token().substring(0, 20)), message);
    }
  }

  @Test
  void aMissingOrWrongFieldIsNamed() {
    for (String field : golden().encode().names()) {
      String without = golden().encode().toBuilder().remove(field).build().toString();
      assertTrue(refusal(tokenOf(without)).contains(field + ": expected "), field);
      String wrong = golden().encode().toBuilder().put(field, true).build().toString();
      assertTrue(refusal(tokenOf(wrong)).contains(field + ": expected "), field);
    }
  }

  @Test
  void anotherVersionIsRefused() {
    Json two = golden().encode().toBuilder().put("v", 2).build();
    assertEquals(
        "this is no invite link: v: expected 1, found 2", refusal(tokenOf(two.toString())));
    assertThrows(JsonException.class, () -> Invite.decode(two));
  }

  static Stream<Invite> mutations() {
    Invite g = golden();
    return Stream.of(
        new Invite(
            "x" + g.meshId(),
            g.meshSlug(),
            g.brokerUrl(),
            EXPIRES,
            g.meshRootKey(),
            g.role(),
            g.ownerPubkey(),
            g.signature()),
        new Invite(
            g.meshId(),
            "rog",
            g.brokerUrl(),
            EXPIRES,
            g.meshRootKey(),
            g.role(),
            g.ownerPubkey(),
            g.signature()),
        new Invite(
            g.meshId(),
            g.meshSlug(),
            "ws://evil.example/ws",
            EXPIRES,
            g.meshRootKey(),
            g.role(),
            g.ownerPubkey(),
            g.signature()),
        new Invite(
            g.meshId(),
            g.meshSlug(),
            g.brokerUrl(),
            EXPIRES + 1,
            g.meshRootKey(),
            g.role(),
            g.ownerPubkey(),
            g.signature()),
        new Invite(
            g.meshId(),
            g.meshSlug(),
            g.brokerUrl(),
            EXPIRES,
            "A" + g.meshRootKey().substring(1),
            g.role(),
            g.ownerPubkey(),
            g.signature()),
        new Invite(
            g.meshId(),
            g.meshSlug(),
            g.brokerUrl(),
            EXPIRES,
            g.meshRootKey(),
            "admin",
            g.ownerPubkey(),
            g.signature()),
        new Invite(
            g.meshId(),
            g.meshSlug(),
            g.brokerUrl(),
            EXPIRES,
            g.meshRootKey(),
            g.role(),
            Vectors.keys("alpha").publicHex(),
            g.signature()),
        new Invite(
            g.meshId(),
            g.meshSlug(),
            g.brokerUrl(),
            EXPIRES,
            g.meshRootKey(),
            g.role(),
            g.ownerPubkey().toUpperCase(),
            g.signature()),
        new Invite(
            g.meshId(),
            g.meshSlug(),
            g.brokerUrl(),
            EXPIRES,
            g.meshRootKey(),
            g.role(),
            "",
            g.signature()),
        new Invite(
            g.meshId(),
            g.meshSlug(),
            g.brokerUrl(),
            EXPIRES,
            g.meshRootKey(),
            g.role(),
            g.ownerPubkey(),
            ""),
        new Invite(
            g.meshId(),
            g.meshSlug(),
            g.brokerUrl(),
            EXPIRES,
            g.meshRootKey(),
            g.role(),
            g.ownerPubkey(),
            "00".repeat(64)));
  }

  @ParameterizedTest
  @MethodSource("mutations")
  void oneChangedFieldBreaksTheSignature(Invite mutated) {
    assertFalse(mutated.hasGoodSignature());
    assertEquals(
        Optional.of("its signature is not the mesh owner's: ask for a new link"),
        mutated.fault(BEFORE));
    assertEquals(mutated, Invite.parse(mutated.link()), "its shape is fine");
  }

  @Test
  void everyFlippedCharacterOfTheTokenIsNoticed() {
    String token = golden().token();
    long good =
        IntStream.range(0, token.length())
            .filter(
                at -> {
                  char other = token.charAt(at) == 'A' ? 'B' : 'A';
                  String flipped = token.substring(0, at) + other + token.substring(at + 1);
                  return isGood(flipped);
                })
            .count();
    assertEquals(0, good);
  }

  private static boolean isGood(String token) {
    try {
      Invite invite = Invite.parse(token);
      // The name of a field we read past may change; what is signed may not.
      return invite.fault(BEFORE).isEmpty() && !invite.equals(golden());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Test
  void anInviteEndsAtItsSecond() {
    assertEquals(Optional.empty(), golden().fault(BEFORE));
    assertEquals(
        Optional.of("it expired at 2025-06-15T16:06:40Z: ask for a new link"),
        golden().fault(Instant.ofEpochSecond(EXPIRES)));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1})
  void aTimeLongGoneIsExpiredWhateverItsSize(long expiresAt) {
    Invite g = golden();
    Invite old =
        new Invite(
                g.meshId(),
                g.meshSlug(),
                g.brokerUrl(),
                expiresAt,
                g.meshRootKey(),
                g.role(),
                g.ownerPubkey(),
                "")
            .signedBy(OWNER);
    assertTrue(
        old.fault(BEFORE).orElseThrow().startsWith("it expired "), () -> "" + old.fault(BEFORE));
  }

  @Test
  void aTimeFarAheadIsGood() {
    Invite g = golden();
    Invite eternal =
        new Invite(
                g.meshId(),
                g.meshSlug(),
                g.brokerUrl(),
                Long.MAX_VALUE,
                g.meshRootKey(),
                g.role(),
                g.ownerPubkey(),
                "")
            .signedBy(OWNER);
    assertEquals(Optional.empty(), eternal.fault(BEFORE));
  }

  @Test
  void roleAndAddressAreChecked() {
    Invite g = golden();
    Invite emperor =
        new Invite(
                g.meshId(),
                g.meshSlug(),
                g.brokerUrl(),
                EXPIRES,
                g.meshRootKey(),
                "emperor",
                g.ownerPubkey(),
                "")
            .signedBy(OWNER);
    assertEquals(Optional.of("its role is neither admin nor member"), emperor.fault(BEFORE));
    for (String url : List.of("http://x/ws", "file:///etc/passwd", "WS://x", "", "javascript:0")) {
      Invite elsewhere =
          new Invite(
                  g.meshId(),
                  g.meshSlug(),
                  url,
                  EXPIRES,
                  g.meshRootKey(),
                  g.role(),
                  g.ownerPubkey(),
                  "")
              .signedBy(OWNER);
      assertEquals(
          Optional.of("its broker address is neither ws:// nor wss://"),
          elsewhere.fault(BEFORE),
          url);
    }
  }

  @Test
  void anInviteNeverPrintsItsSecrets() {
    String shown = golden().toString();
    assertEquals("invite to rig as member", shown);
    assertNotEquals(golden().token(), shown);
  }
}
