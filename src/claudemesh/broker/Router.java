package claudemesh.broker;

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

  private final MeshDirectory directory;
  private final String meshId;
  private final Presences presences;
  private final Seats seats;

  /** Where a message goes. */
  sealed interface Route {

    /**
     * To these mailboxes, perhaps none.
     *
     * @param mailboxes each once
     */
    record To(List<String> mailboxes) implements Route {}

    /**
     * Nowhere.
     *
     * @param why the error for the sender
     */
    record Nowhere(String why) implements Route {}
  }

  /**
   * A route with the name to send under.
   *
   * @param route where it goes
   * @param senderName the sender's name now
   */
  record Routed(Router.Route route, String senderName) {}

  Router(MeshDirectory directory, String meshId, Presences presences, Seats seats) {
    this.directory = directory;
    this.meshId = meshId;
    this.presences = presences;
    this.seats = seats;
  }

  Route route(Presence sender, Target target) {
    return switch (target) {
      case Target.Peer peer -> toKey(sender, peer.pubkey());
      case Target.Everyone everyone -> toEveryone(sender);
      case Target.ToGroup group ->
          group.name().equals(ALL) ? toEveryone(sender) : toGroup(sender, group.name());
      case Target.ToTopic topic ->
          new Route.Nowhere("unknown topic " + topic.spec() + ": this broker has no topics");
    };
  }

  private Route toKey(Presence sender, String pubkey) {
    Optional<Member> member = member(pubkey);
    if (member.isPresent()) {
      return pubkey.equals(sender.member.pubkey())
          ? toSiblings(sender)
          : to(member.get(), pubkey, Mailboxes.ofMember(meshId, pubkey));
    }
    Optional<Seat> seat = seats.find(pubkey);
    if (seat.isEmpty() || pubkey.equals(sender.pubkey())) {
      return nobody(pubkey);
    }
    return member(seat.get().memberPubkey)
        .map(parent -> to(parent, pubkey, seat.get().mailbox))
        .orElseGet(() -> nobody(pubkey));
  }

  private static Route to(Member member, String pubkey, String mailbox) {
    return member.isRevoked() ? nobody(pubkey) : new Route.To(List.of(mailbox));
  }

  static Route nobody(String target) {
    return new Route.Nowhere("no connected peer for target " + target);
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
      if (!member.isRevoked() && !member.pubkey().equals(sender.member.pubkey())) {
        mailboxes.add(Mailboxes.ofMember(meshId, member.pubkey()));
      }
    }
    return new Route.To(mailboxes);
  }

  private Route toGroup(Presence sender, String group) {
    List<String> mailboxes = new ArrayList<>();
    for (Seat seat : seats.inGroup(group)) {
      boolean own = seat.memberPubkey.equals(sender.member.pubkey());
      if (!own && member(seat.memberPubkey).filter(parent -> !parent.isRevoked()).isPresent()) {
        mailboxes.add(seat.mailbox);
      }
    }
    return new Route.To(mailboxes);
  }

  private Optional<Member> member(String pubkey) {
    return directory.cached(meshId).flatMap(mesh -> mesh.member(pubkey));
  }
}
