package claudemesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.client.PeerDirectory.UnknownPeerException;
import claudemesh.json.Json;
import claudemesh.protocol.PeerSummary;
import claudemesh.protocol.Target;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerDirectoryTest {

  private static final String MEMBER = "aaaaaa" + "0".repeat(58);
  private static final String SESSION = "aaaabb" + "1".repeat(58);
  private static final String OTHER = "cccccc" + "2".repeat(58);
  private static final String OTHER_MEMBER = "dddddd" + "3".repeat(58);
  private static final String OWN = "eeeeee" + "4".repeat(58);

  private static PeerSummary row(String key, String member, String name, String role) {
    return PeerSummary.decode(
        Json.object()
            .put("pubkey", key)
            .put("memberPubkey", member)
            .put("displayName", name)
            .put("role", role)
            .put("cwd", "/home/" + name)
            .build());
  }

  private static final List<PeerSummary> PEERS =
      List.of(
          row(MEMBER, MEMBER, "bravo", "control-plane"),
          row(SESSION, MEMBER, "bravo", "session"),
          row(OTHER, OTHER_MEMBER, "charlie", "session"),
          row(OWN, OWN, "alpha", "session"));

  private static String resolve(String word) throws UnknownPeerException {
    return PeerDirectory.resolve(word, PEERS, OWN).spec();
  }

  private static UnknownPeerException refusal(String word, List<PeerSummary> peers) {
    return assertThrows(
        UnknownPeerException.class, () -> PeerDirectory.resolve(word, peers, OWN), word);
  }

  @Test
  void aNameMeansItsSessionRatherThanItsMember() throws UnknownPeerException {
    assertEquals(SESSION, resolve("bravo"));
    assertEquals(OTHER, resolve("charlie"));
  }

  @Test
  void aNameWithNothingButAMemberConnectionMeansThat() throws UnknownPeerException {
    assertEquals(new Target.Peer(MEMBER), PeerDirectory.resolve("bravo", PEERS.subList(0, 1), OWN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "@all", "@dev", "#topic"})
  void specialsNeedNoPeers(String word) throws UnknownPeerException {
    assertEquals(Target.parse(word), PeerDirectory.resolve(word, List.of(), OWN));
  }

  @Test
  void aWholeKeyIsTakenAtItsWord() throws UnknownPeerException {
    String absent = "f".repeat(64);
    assertEquals(new Target.Peer(absent), PeerDirectory.resolve(absent, List.of(), OWN));
    assertEquals(OWN, resolve(OWN));
  }

  @Test
  void aUniquePrefixOfSixDigitsIsEnough() throws UnknownPeerException {
    assertEquals(SESSION, resolve("aaaabb"));
    assertEquals(MEMBER, resolve("aaaaaa"));
    assertEquals(OTHER, resolve("cccccc22"));
    assertEquals(OTHER_MEMBER, resolve("dddddd"), "a member behind a session");
  }

  @Test
  void aPrefixIsNotTooShortNotUpperCaseAndNotOurs() {
    for (String word : List.of("aaaab", "AAAABB", "eeeeee", "aaaabg", "aaaabb1x")) {
      assertFalse(refusal(word, PEERS).isAmbiguous(), word);
    }
  }

  @Test
  void aNameGoesBeforeAPrefix() throws UnknownPeerException {
    List<PeerSummary> peers =
        List.of(
            row(SESSION, SESSION, "cafe00", "session"),
            row("cafe00" + "5".repeat(58), OTHER, "x", "session"));
    assertEquals(new Target.Peer(SESSION), PeerDirectory.resolve("cafe00", peers, OWN));
  }

  @Test
  void ourOwnNameIsNotUs() {
    assertFalse(refusal("alpha", PEERS).isAmbiguous());
  }

  @Test
  void anAmbiguousNameListsTheCandidates() {
    List<PeerSummary> peers =
        List.of(
            row(SESSION, MEMBER, "bravo", "session"), row(OTHER, OTHER_MEMBER, "bravo", "session"));
    UnknownPeerException ambiguous = refusal("bravo", peers);
    assertTrue(ambiguous.isAmbiguous());
    assertEquals(
        "\"bravo\" could be any of: aaaabb111111 bravo /home/bravo; cccccc222222 bravo"
            + " /home/bravo. Give the key instead",
        ambiguous.getMessage());
  }

  @Test
  void aNameStandsForWhoIsThereRatherThanForWhoHasJustLeft() throws UnknownPeerException {
    PeerSummary left =
        PeerSummary.decode(
            row(SESSION, MEMBER, "bravo", "session").encode().toBuilder()
                .put("away", true)
                .build());
    PeerSummary there = row(OTHER, MEMBER, "bravo", "session");
    assertEquals(new Target.Peer(OTHER), PeerDirectory.resolve("bravo", List.of(left, there), OWN));
    assertEquals(new Target.Peer(SESSION), PeerDirectory.resolve("bravo", List.of(left), OWN));
  }

  @Test
  void anAmbiguousPrefixListsTheCandidates() {
    List<PeerSummary> peers =
        List.of(
            row("abcdef0" + "1".repeat(57), MEMBER, "x", "session"),
            row("abcdef1" + "1".repeat(57), OTHER, "y", "session"));
    assertTrue(refusal("abcdef", peers).getMessage().contains("abcdef011111 x /home/x; abcdef1"));
  }

  @Test
  void oneSessionListedTwiceIsOneCandidate() throws UnknownPeerException {
    List<PeerSummary> peers =
        List.of(row(SESSION, MEMBER, "bravo", "session"), row(SESSION, MEMBER, "bravo", "session"));
    assertEquals(new Target.Peer(SESSION), PeerDirectory.resolve("bravo", peers, OWN));
  }

  @Test
  void nobodyIsToldWhoIsThere() {
    assertEquals(
        "nobody on the mesh is called \"delta\"; there are: bravo, charlie",
        refusal("delta", PEERS).getMessage());
    assertEquals(
        "nobody on the mesh is called \"delta\"; nobody else is there",
        refusal("delta", PEERS.subList(3, 4)).getMessage());
    assertEquals(
        "nobody on the mesh is called \"\"; there are: bravo, charlie",
        refusal("", PEERS).getMessage());
  }

  @Test
  void aCrowdIsNotListedInFull() {
    List<PeerSummary> crowd =
        IntStream.range(0, 500)
            .mapToObj(i -> row(String.format("%064x", i), MEMBER, "same", "session"))
            .toList();
    assertTrue(refusal("same", crowd).getMessage().length() < 1_000);
    assertTrue(refusal("nobody", crowd).getMessage().length() < 1_000);
  }

  @Test
  void aRowWithAnOddKeyDoesNotBreakTheList() {
    List<PeerSummary> peers =
        List.of(row("ab", "ab", "bravo", "session"), row("", "", "bravo", "session"));
    assertTrue(refusal("bravo", peers).isAmbiguous());
  }
}
