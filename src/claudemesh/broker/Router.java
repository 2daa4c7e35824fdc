package claudemesh.broker;

import claudemesh.broker.Grants.Capability;
import claudemesh.protocol.Target;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the mailboxes of a target (protocol.md §5, §9). A direct send costs two look-ups, however
 * large the mesh. Guarded by the room's lock.
 */
final class Router {

  private static final String ALL = "all";
  private static final String NOBODY = "no_recipient";

  private final MeshDirectory directory;
  private final String meshId;
  private final Presences presences;
  private final Seats seats;
  private final Topics topics;
  private final Grants grants;

  /** Where a message goes. */
  sealed interface Route {

    /**
     * To these mailboxes, perhaps none.
     *
     * @param mailboxes each once
     * @param topic the topic, if it goes to one
     */
    record To(List<String> mailboxes, Optional<Topics.Found> topic) implements Route {

      To(List<String> mailboxes) {
        this(mailboxes, Optional.empty());
      }
    }

    /**
     * Nowhere.
     *
     * @param counted the metric's word for it
     * @param why the error for the sender
     */
    record Nowhere(String counted, String why) implements Route {

      /** Whether the same send may succeed later: the recipient may come. */
      boolean passes() {
        return counted.equals(NOBODY);
      }
    }
  }

  /**
   * A route with the name to send under.
   *
   * @param route where it goes
   * @param senderName the sender's name now
   */
  record Routed(Router.Route route, String senderName) {}

  Router(
      MeshDirectory directory,
      String meshId,
      Presences presences,
      Seats seats,
      Topics topics,
      Grants grants) {
    this.directory = directory;
    this.meshId = meshId;
    this.presences = presences;
    this.seats = seats;
    this.topics = topics;
    this.grants = grants;
  }

  Route route(Presence sender, Target target) {
    return switch (target) {
      case Target.Peer peer -> toKey(sender, peer.pubkey());
      case Target.Everyone everyone -> toEveryone(sender);
      case Target.ToGroup group ->
          group.name().equals(ALL) ? toEveryone(sender) : toGroup(sender, group.name());
      case Target.ToTopic topic ->
          topics
              .find(topic.id())
              .map(found -> toTopic(sender, found))
              .orElseGet(
                  () ->
                      new Route.Nowhere(
                          "unknown_topic", "unknown topic " + topic.spec() + " on this mesh"));
    };
  }

  private Route toKey(Presence sender, String pubkey) {
    Optional<Member> member = member(pubkey);
    if (member.isPresent()) {
      return pubkey.equals(sender.member.pubkey())
          ? toSiblings(sender)
          : to(sender, member.get(), pubkey, Mailboxes.ofMember(meshId, pubkey));
    }
    Optional<Seat> seat = seats.find(pubkey);
    if (seat.isEmpty() || pubkey.equals(sender.pubkey())) {
      return nobody(pubkey);
    }
    return member(seat.get().memberPubkey)
        .map(parent -> to(sender, parent, pubkey, seat.get().mailbox))
        .orElseGet(() -> nobody(pubkey));
  }

  private Route to(Presence sender, Member member, String pubkey, String mailbox) {
    if (member.isRevoked()) {
      return nobody(pubkey);
    }
    return grants.lets(member.pubkey(), sender.member.pubkey(), Capability.DM)
        ? new Route.To(List.of(mailbox))
        : new Route.Nowhere("grants", "blocked by recipient grants (sender lacks dm capability)");
  }

  static Route nobody(String target) {
    return new Route.Nowhere(NOBODY, "no connected peer for target " + target);
  }

  // To its own member: the others of it, each in its own right, and not the sender itself.
  private Route toSiblings(Presence sender) {
    Set<String> mailboxes = new LinkedHashSet<>();
    mailboxes.add(Mailboxes.ofSeat(meshId, sender.member.pubkey(), true));
    for (Presence sibling : presences.ofMember(sender.member.pubkey())) {
      mailboxes.add(sibling.seat.mailbox);
    }
    mailboxes.remove(sender.seat.mailbox);
    return mailboxes.isEmpty()
        ? nobody(sender.member.pubkey())
        : new Route.To(List.copyOf(mailboxes));
  }

  private Route toEveryone(Presence sender) {
    List<String> mailboxes = new ArrayList<>();
    for (Member member : directory.cached(meshId).orElseThrow().members().values()) {
      if (takesBroadcasts(member.pubkey(), sender)
          && !member.pubkey().equals(sender.member.pubkey())) {
        mailboxes.add(Mailboxes.ofMember(meshId, member.pubkey()));
      }
    }
    return new Route.To(mailboxes);
  }

  private Route toGroup(Presence sender, String group) {
    List<String> mailboxes = new ArrayList<>();
    for (Seat seat : seats.inGroup(group)) {
      boolean own = seat.memberPubkey.equals(sender.member.pubkey());
      if (!own && takesBroadcasts(seat.memberPubkey, sender)) {
        mailboxes.add(seat.mailbox);
      }
    }
    return new Route.To(mailboxes);
  }

  // To all who have joined, other sessions of the sender's member too: each came by itself.
  private Route toTopic(Presence sender, Topics.Found topic) {
    List<String> mailboxes =
        topics.joined(topic.id()).stream()
            .flatMap(pubkey -> seats.find(pubkey).stream())
            .filter(seat -> seat != sender.seat && takesBroadcasts(seat.memberPubkey, sender))
            .map(seat -> seat.mailbox)
            .toList();
    return new Route.To(mailboxes, Optional.of(topic));
  }

  private boolean takesBroadcasts(String memberPubkey, Presence sender) {
    return member(memberPubkey).filter(member -> !member.isRevoked()).isPresent()
        && grants.lets(memberPubkey, sender.member.pubkey(), Capability.BROADCAST);
  }

  private Optional<Member> member(String pubkey) {
    return directory.cached(meshId).flatMap(mesh -> mesh.member(pubkey));
  }
}
