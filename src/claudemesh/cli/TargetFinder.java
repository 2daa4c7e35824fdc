package claudemesh.cli;

import claudemesh.client.PeerDirectory;
import claudemesh.client.PeerDirectory.UnknownPeerException;
import claudemesh.client.RequestException;
import claudemesh.client.SessionBrokerClient;
import claudemesh.lifecycle.NotOpenException;
import claudemesh.protocol.BrokerMessage;
import claudemesh.protocol.PeerSummary;
import claudemesh.protocol.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * Finds whom a pipe's lines are for. A name is looked up in the peer list once and remembered until
 * an event concerns it. A name that was found once keeps its key while nobody else carries it: a
 * peer that is away for a moment still gets its mail. Thread-safe.
 */
final class TargetFinder {

  private static final Duration PATIENCE = Duration.ofHours(1);

  /** Names of peers seen in lists and events; more than any mesh has, so it is simply emptied. */
  private static final int MOST_NAMES = 100_000;

  private final Map<String, Target> current = new ConcurrentHashMap<>();
  private final Map<String, Target> lastKnown = new ConcurrentHashMap<>();
  private final Map<String, String> names = new ConcurrentHashMap<>();

  /**
   * Finds a target, waiting for the connection as long as it takes.
   *
   * @param word as typed
   * @param session whose peer list to ask for
   * @throws UnknownPeerException if the word means nobody, or more than one
   * @throws NotOpenException if the connection will never be open again
   */
  Target find(String word, SessionBrokerClient session)
      throws UnknownPeerException, NotOpenException, InterruptedException {
    Target known = current.get(word);
    if (known != null) {
      return known;
    }
    Target found = isName(word) ? lookUp(word, session) : Target.parse(word);
    if (current.size() >= MOST_NAMES) {
      current.clear();
      lastKnown.clear();
    }
    current.put(word, found);
    lastKnown.put(word, found);
    return found;
  }

  private static boolean isName(String word) {
    try {
      Target.parse(word);
      return false;
    } catch (IllegalArgumentException name) {
      return true;
    }
  }

  private Target lookUp(String word, SessionBrokerClient session)
      throws UnknownPeerException, NotOpenException, InterruptedException {
    List<PeerSummary> peers = peers(session);
    remember(peers);
    try {
      return PeerDirectory.resolve(word, peers, session.publicKey());
    } catch (UnknownPeerException e) {
      Target before = lastKnown.get(word);
      if (before == null || e.isAmbiguous()) {
        throw e;
      }
      return before;
    }
  }

  private static List<PeerSummary> peers(SessionBrokerClient session)
      throws NotOpenException, InterruptedException {
    while (true) {
      try {
        session.awaitOpen(PATIENCE);
        return session.listPeers().get();
      } catch (NotOpenException e) {
        if (e.isFinal()) {
          throw e;
        }
      } catch (ExecutionException e) {
        requireLost(e);
      }
    }
  }

  /** A lost connection is no answer, and is asked again; anything else is a fault. */
  private static void requireLost(ExecutionException e) {
    Throwable cause = e.getCause();
    while (cause.getCause() != null && !(cause instanceof RequestException)) {
      cause = cause.getCause();
    }
    boolean lost =
        cause instanceof RequestException request
            && request.why() != RequestException.Cause.REFUSED;
    if (!lost) {
      throw new IllegalStateException("the peer list was refused: " + cause.getMessage(), e);
    }
  }

  /** Takes note of who is there, for names. */
  void remember(List<PeerSummary> peers) {
    if (names.size() >= MOST_NAMES) {
      names.clear();
    }
    peers.forEach(peer -> names.put(peer.pubkey(), peer.displayName()));
  }

  /** Somebody came or went: what was looked up about it is looked up again. */
  void heard(BrokerMessage.SystemEvent event) {
    if (!event.pubkey().isEmpty() && names.size() < MOST_NAMES) {
      names.put(event.pubkey(), event.name());
    }
    current.keySet().remove(event.name());
    current.values().removeIf(target -> target.spec().equals(event.pubkey()));
  }

  /** The name that goes with a key; empty text if none is known. */
  String nameOf(String pubkey) {
    return names.getOrDefault(pubkey, "");
  }
}
