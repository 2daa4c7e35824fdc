package claudemesh.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import claudemesh.crypto.Ed25519KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ParentAttestationTest {

  private static final Ed25519KeyPair MEMBER = Vectors.keys("alpha");
  private static final String PARENT = MEMBER.publicHex();
  private static final String SESSION = Vectors.keys("session").publicHex();
  private static final Instant NOW = Instant.ofEpochMilli(1_750_000_000_000L);

  private static ParentAttestation minted() {
    return ParentAttestation.mint(MEMBER, SESSION, NOW);
  }

  private static ParentAttestation endingAt(long millis) {
    String text = SigningTexts.attestation(PARENT, SESSION, millis);
    return new ParentAttestation(SESSION, PARENT, OptionalLong.of(millis), MEMBER.sign(text));
  }

  private static Optional<String> fault(ParentAttestation attestation, Instant now) {
    return attestation.fault(SESSION, PARENT, now);
  }

  @Test
  void oneOfOursIsGoodForTwelveHoursToTheMillisecond() {
    assertEquals(Optional.empty(), fault(minted(), NOW));
    assertEquals(Optional.empty(), fault(minted(), NOW.plus(Duration.ofHours(12)).minusMillis(1)));
    assertEquals(Optional.of("expired"), fault(minted(), NOW.plus(Duration.ofHours(12))));
  }

  @Test
  void aDayIsTheLongestToTheMillisecond() {
    long day = NOW.plus(Duration.ofHours(24)).toEpochMilli();
    assertEquals(Optional.empty(), fault(endingAt(day), NOW));
    assertEquals(Optional.of("ttl_too_long"), fault(endingAt(day + 1), NOW));
    assertEquals(Optional.of("ttl_too_long"), fault(endingAt(Long.MAX_VALUE), NOW));
    assertEquals(Optional.of("expired"), fault(endingAt(Long.MIN_VALUE), NOW));
  }

  @Test
  void itIsForOneSessionAndOneMember() {
    String other = Vectors.keys("bravo").publicHex();
    Optional<String> mismatch = Optional.of("attestation_mismatch");
    assertEquals(mismatch, minted().fault(other, PARENT, NOW));
    assertEquals(mismatch, minted().fault(SESSION, other, NOW));
    assertEquals(mismatch, minted().fault("", "", NOW));
  }

  @Test
  void whatIsMissingOrMisshapenIsMalformed() {
    Optional<String> malformed = Optional.of("malformed");
    ParentAttestation good = minted();
    assertEquals(
        malformed,
        fault(new ParentAttestation(SESSION, PARENT, OptionalLong.empty(), good.signature()), NOW));
    for (String signature : new String[] {"", "00", good.signature().toUpperCase()}) {
      assertEquals(
          malformed,
          fault(new ParentAttestation(SESSION, PARENT, good.expiresAt(), signature), NOW));
    }
  }

  @Test
  void onlyTheMembersOwnSignatureCounts() {
    Ed25519KeyPair stranger = Vectors.keys("bravo");
    long end = minted().expiresAt().getAsLong();
    String text = SigningTexts.attestation(PARENT, SESSION, end);
    ParentAttestation forged =
        new ParentAttestation(SESSION, PARENT, OptionalLong.of(end), stranger.sign(text));
    assertEquals(Optional.of("bad_signature"), fault(forged, NOW));
    ParentAttestation stretched =
        new ParentAttestation(SESSION, PARENT, OptionalLong.of(end + 1), minted().signature());
    assertEquals(Optional.of("bad_signature"), fault(stretched, NOW));
  }
}
