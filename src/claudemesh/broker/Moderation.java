package claudemesh.broker;

import claudemesh.protocol.BrokerMessage.AdminAck;
import claudemesh.protocol.BrokerMessage.Ban;
import claudemesh.protocol.BrokerMessage.BansList;
import claudemesh.protocol.ClientMessage.Admin;
import claudemesh.protocol.ClientMessage.AdminAction;
import claudemesh.protocol.ClientMessage.ListBans;
import claudemesh.protocol.CloseMeaning;
import claudemesh.protocol.ErrorCode;
import claudemesh.store.MailboxStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What owners and admins may do to others (protocol.md §6). Bans are on disk before anybody hears
 * of them. Holds no lock of its own.
 */
final class Moderation {

  private static final Pattern KEY_PREFIX = Pattern.compile("[0-9a-f]{6,64}");

  private final MeshRoom room;
  private final MeshDirectory directory;
  private final MailboxStore store;

  Moderation(MeshRoom room, BrokerParts parts) {
    this.room = room;
    this.directory = parts.directory();
    this.store = parts.store();
  }

  AdminAck answer(Presence asker, Admin request) throws IOException {
    requireGoverning(asker, request.action().word());
    String target = request.target();
    return switch (request.action()) {
      case KICK -> kick(asker, target, request.reqId());
      case DISCONNECT -> disconnect(asker, target, request.reqId());
      case BAN -> ban(asker, target, request.reqId());
      case UNBAN -> unban(target, request.reqId());
    };
  }

  BansList answer(Presence asker, ListBans request) throws IOException {
    requireGoverning(asker, "list bans");
    List<Ban> bans =
        mesh().members().values().stream()
            .filter(Member::isRevoked)
            .map(
                member ->
                    new Ban(
                        member.displayName(),
                        member.pubkey(),
                        Stamps.iso(member.revokedAt().orElseThrow())))
            .toList();
    return new BansList(bans, request.reqId());
  }

  private void requireGoverning(Presence asker, String what) throws IOException {
    boolean governs =
        mesh().member(asker.member.pubkey()).filter(member -> member.role().governs()).isPresent();
    if (!governs) {
      throw new RequestRefused(ErrorCode.FORBIDDEN, "only owner or admin can " + what);
    }
  }

  private AdminAck kick(Presence asker, String target, Optional<String> reqId) {
    List<Presence> hit = matching(asker, target, presence -> presence.session);
    List<String> skipped = names(matching(asker, target, presence -> !presence.session));
    List<String> names = names(hit);
    room.expel(hit, CloseMeaning.CODE_KICKED, "kicked");
    return new AdminAck(AdminAction.KICK, names, skipped, reqId);
  }

  private AdminAck disconnect(Presence asker, String target, Optional<String> reqId) {
    List<Presence> hit = matching(asker, target, Presence::isLive);
    List<String> names = names(hit);
    room.disconnect(hit, 1000, "disconnected");
    return new AdminAck(AdminAction.DISCONNECT, names, List.of(), reqId);
  }

  private List<Presence> matching(Presence asker, String target, Predicate<Presence> condition) {
    return room.matching(
        presence -> presence != asker && fits(presence, target) && condition.test(presence));
  }

  private List<String> names(List<Presence> presences) {
    return presences.stream().map(each -> room.with(each, Presence::displayName)).toList();
  }

  private static boolean fits(Presence presence, String target) {
    return !target.isEmpty()
        && (presence.displayName().equals(target)
            || fitsKey(presence.pubkey(), target)
            || fitsKey(presence.member.pubkey(), target));
  }

  private static boolean fitsKey(String key, String target) {
    return KEY_PREFIX.matcher(target).matches() && key.startsWith(target);
  }

  private AdminAck ban(Presence asker, String target, Optional<String> reqId) throws IOException {
    requireTarget(target);
    Member member =
        one(target, candidate -> !candidate.isRevoked())
            .or(() -> memberOfPresence(target))
            .orElseThrow(
                () -> new RequestRefused(ErrorCode.NOT_FOUND, "peer \"" + target + "\" not found"));
    if (member.pubkey().equals(asker.member.pubkey())) {
      throw new RequestRefused(RequestRefused.INVALID, "cannot ban yourself");
    }
    if (member.role() == MemberRole.OWNER) {
      throw new RequestRefused(ErrorCode.FORBIDDEN, "the owner cannot be banned");
    }
    directory.setRevoked(room.meshId(), member.pubkey(), true);
    room.expel(
        room.matching(presence -> presence.member.pubkey().equals(member.pubkey())),
        CloseMeaning.CODE_BANNED,
        "banned");
    for (String mailbox : room.mailboxesOf(member.pubkey())) {
      store.discard(mailbox, "the recipient was banned");
    }
    return new AdminAck(AdminAction.BAN, List.of(member.displayName()), List.of(), reqId);
  }

  private AdminAck unban(String target, Optional<String> reqId) throws IOException {
    requireTarget(target);
    Member member =
        one(target, Member::isRevoked)
            .orElseThrow(
                () -> new RequestRefused(ErrorCode.NOT_FOUND, "no banned peer \"" + target + "\""));
    directory.setRevoked(room.meshId(), member.pubkey(), false);
    return new AdminAck(AdminAction.UNBAN, List.of(member.displayName()), List.of(), reqId);
  }

  /** The one member of a name or key that fits a condition. */
  private Optional<Member> one(String target, Predicate<Member> condition) {
    List<Member> found =
        cachedMesh().members().values().stream()
            .filter(condition)
            .filter(
                member -> member.displayName().equals(target) || fitsKey(member.pubkey(), target))
            .toList();
    if (found.size() > 1) {
      throw new RequestRefused(
          RequestRefused.INVALID,
          "\"" + target + "\" names " + found.size() + " members: use a key");
    }
    return found.stream().findFirst();
  }

  private Optional<Member> memberOfPresence(String target) {
    List<Member> found =
        room.matching(presence -> fits(presence, target)).stream()
            .map(presence -> presence.member)
            .distinct()
            .toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  private static void requireTarget(String target) {
    if (target.isEmpty()) {
      throw new RequestRefused(RequestRefused.INVALID, "target required");
    }
  }

  private Mesh mesh() throws IOException {
    return directory
        .mesh(room.meshId())
        .orElseThrow(() -> new RequestRefused(ErrorCode.NOT_FOUND, "this mesh is gone"));
  }

  private Mesh cachedMesh() {
    return directory.cached(room.meshId()).orElseThrow();
  }
}
