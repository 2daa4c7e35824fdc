package claudemesh.client;

import claudemesh.crypto.Keys;
import claudemesh.protocol.PeerSummary;
import claudemesh.protocol.Target;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Finds whom a person means in the peer list (protocol.md §5). Pure and thread-safe. */
public final class PeerDirectory {

  private static final int SHORTEST_PREFIX = 6;
  private static final int KEY_LENGTH = 64;

  private PeerDirectory() {}

  /**
   * Finds a target.
   *
   * @param word a display name, a whole key, a unique prefix of six hex digits or more, {@code *},
   *     {@code @group} or {@code #topic}
   * @param peers the peer list
   * @param ownKey this connection's key, which a name never means
   * @return the target
   * @throws UnknownPeerException if nobody, or more than one, is meant; the message says whom there
   *     is
   */
  public static Target resolve(String word, List<PeerSummary> peers, String ownKey)
      throws UnknownPeerException {
    if (word.equals("*") || isSpecial(word) || Keys.isPublicHex(word)) {
      return Target.parse(word);
    }
    List<PeerSummary> others = peers.stream().filter(p -> !p.pubkey().equals(ownKey)).toList();
    Set<String> named = keys(others.stream().filter(p -> p.displayName().equals(word)).toList());
    if (named.isEmpty() && isPrefix(word)) {
      named = keysWithPrefix(word, others);
    }
    if (named.size() == 1) {
      return new Target.Peer(named.iterator().next());
    }
    throw named.isEmpty() ? nobody(word, others) : ambiguous(word, named, others);
  }

  private static boolean isSpecial(String word) {
    return word.length() > 1 && (word.startsWith("@") || word.startsWith("#"));
  }

  private static boolean isPrefix(String word) {
    return word.length() >= SHORTEST_PREFIX
        && word.length() < KEY_LENGTH
        && word.chars().allMatch(c -> Character.digit(c, 16) >= 0 && !Character.isUpperCase(c));
  }

  // A name stands for its session where it has one, since a member's own connection is
  // infrastructure; and for who is there rather than for who has just left.
  private static Set<String> keys(List<PeerSummary> rows) {
    List<PeerSummary> meant = preferring(row -> !row.isControlPlane(), rows);
    return preferring(row -> !row.away(), meant).stream()
        .map(PeerSummary::pubkey)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static List<PeerSummary> preferring(
      Predicate<PeerSummary> better, List<PeerSummary> rows) {
    List<PeerSummary> preferred = rows.stream().filter(better).toList();
    return preferred.isEmpty() ? rows : preferred;
  }

  private static Set<String> keysWithPrefix(String prefix, List<PeerSummary> rows) {
    Set<String> found = new LinkedHashSet<>();
    for (PeerSummary row : rows) {
      if (row.pubkey().startsWith(prefix)) {
        found.add(row.pubkey());
      }
      if (row.memberPubkey().startsWith(prefix)) {
        found.add(row.memberPubkey());
      }
    }
    return found;
  }

  private static UnknownPeerException nobody(String word, List<PeerSummary> others) {
    String there =
        others.stream()
            .filter(row -> !row.isControlPlane())
            .map(PeerSummary::displayName)
            .distinct()
            .limit(20)
            .collect(Collectors.joining(", "));
    return new UnknownPeerException(
        "nobody on the mesh is called \""
            + word
            + "\""
            + (there.isEmpty() ? "; nobody else is there" : "; there are: " + there),
        false);
  }

  private static UnknownPeerException ambiguous(
      String word, Set<String> keys, List<PeerSummary> others) {
    String candidates =
        others.stream()
            .filter(row -> keys.contains(row.pubkey()) || keys.contains(row.memberPubkey()))
            .map(row -> shortened(row.pubkey()) + " " + row.displayName() + " " + row.cwd())
            .distinct()
            .limit(20)
            .collect(Collectors.joining("; "));
    return new UnknownPeerException(
        "\"" + word + "\" could be any of: " + candidates + ". Give the key instead", true);
  }

  private static String shortened(String key) {
    return key.substring(0, Math.min(12, key.length()));
  }

  /** A word that names nobody, or more than one. */
  public static final class UnknownPeerException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Whether more than one is meant. */
    private final boolean ambiguous;

    UnknownPeerException(String message, boolean ambiguous) {
      super(message);
      this.ambiguous = ambiguous;
    }

    /**
     * Whether more than one is meant.
     *
     * @return true if the word is ambiguous, false if it names nobody
     */
    public boolean isAmbiguous() {
      return ambiguous;
    }
  }
}
