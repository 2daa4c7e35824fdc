package claudemesh.broker;

import claudemesh.broker.Admission.Admitted;
import claudemesh.protocol.ClientMessage.Hello;
import claudemesh.protocol.ClientMessage.Opening;
import claudemesh.protocol.ClientMessage.SessionHello;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The presences of one mesh and the ways to find them. A session is who its key says, a member
 * connection is who its member and {@code sessionId} say. Guarded by the room's lock.
 */
final class Presences {

  // In the order they came, which is the order of the peer list.
  private final Set<Presence> all = new LinkedHashSet<>();
  private final Map<String, Presence> bySessionKey = new HashMap<>();
  private final Map<Slot, Presence> bySlot = new HashMap<>();
  private final Map<String, Set<Presence>> listeners = new HashMap<>();
  private final Map<String, Set<Presence>> byMember = new HashMap<>();
  private int live;

  /** One program of one member, by its own word. */
  private record Slot(boolean session, String memberPubkey, String sessionId) {}

  Collection<Presence> all() {
    return all;
  }

  int live() {
    return live;
  }

  /** The presence that this hello takes up again. */
  Optional<Presence> earlier(Admitted admitted) {
    Presence found =
        admitted.isSession()
            ? bySessionKey.get(admitted.pubkey())
            : bySlot.get(slot(admitted.hello(), admitted.member().pubkey()));
    return Optional.ofNullable(found)
        .filter(presence -> presence.pubkey().equals(admitted.pubkey()));
  }

  /** A presence of the same program under another key: it gives way. */
  Optional<Presence> rival(Admitted admitted) {
    Slot slot = slot(admitted.hello(), admitted.member().pubkey());
    return Optional.ofNullable(bySlot.get(slot))
        .filter(presence -> !presence.pubkey().equals(admitted.pubkey()));
  }

  /** Whether a hello, proven or not, claims a place that is taken up now: it needs no new one. */
  boolean claimsLivePlace(Opening hello) {
    Presence inSlot = bySlot.get(slot(hello, memberKeyOf(hello)));
    Presence underKey =
        hello instanceof SessionHello session ? bySessionKey.get(session.sessionPubkey()) : null;
    return (inSlot != null && inSlot.isLive()) || (underKey != null && underKey.isLive());
  }

  private static String memberKeyOf(Opening hello) {
    return switch (hello) {
      case Hello member -> member.pubkey();
      case SessionHello session -> session.parentMemberPubkey();
    };
  }

  private static Slot slot(Opening hello, String memberPubkey) {
    return new Slot(hello instanceof SessionHello, memberPubkey, hello.sessionId());
  }

  private static Slot slot(Presence presence) {
    return new Slot(presence.session, presence.member.pubkey(), presence.sessionId());
  }

  void add(Presence presence) {
    all.add(presence);
    byMember.computeIfAbsent(presence.member.pubkey(), key -> new LinkedHashSet<>()).add(presence);
    index(presence);
  }

  void remove(Presence presence) {
    all.remove(presence);
    removeFrom(byMember, presence.member.pubkey(), presence);
    unindex(presence);
  }

  /** Takes over a hello that may change what the presence is found by. */
  void introduce(Presence presence, Opening hello) {
    unindex(presence);
    presence.introduce(hello);
    index(presence);
  }

  private void index(Presence presence) {
    bySlot.put(slot(presence), presence);
    if (presence.session) {
      bySessionKey.put(presence.pubkey(), presence);
    }
  }

  private void unindex(Presence presence) {
    bySlot.remove(slot(presence), presence);
    bySessionKey.remove(presence.pubkey(), presence);
  }

  void listen(Presence presence) {
    live++;
    for (String mailbox : presence.mailboxes) {
      listeners.computeIfAbsent(mailbox, key -> new LinkedHashSet<>()).add(presence);
    }
  }

  void stopListening(Presence presence) {
    live--;
    for (String mailbox : presence.mailboxes) {
      removeFrom(listeners, mailbox, presence);
    }
  }

  private static void removeFrom(Map<String, Set<Presence>> map, String key, Presence presence) {
    Set<Presence> set = map.getOrDefault(key, Collections.emptySet());
    set.remove(presence);
    if (set.isEmpty()) {
      map.remove(key);
    }
  }

  /** Who is live and gets mail from a mailbox. */
  Set<Presence> listeners(String mailbox) {
    return listeners.getOrDefault(mailbox, Collections.emptySet());
  }

  Set<Presence> ofMember(String memberPubkey) {
    return byMember.getOrDefault(memberPubkey, Collections.emptySet());
  }
}
