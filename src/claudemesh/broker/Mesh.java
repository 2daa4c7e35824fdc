package claudemesh.broker;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A mesh as it stood when it was read: an immutable snapshot.
 *
 * @param id its id, 32 characters
 * @param slug its short name, unique in its data folder
 * @param name the name it was given
 * @param rootKey a secret that its members share, base64url without padding
 * @param ownerPubkey the key that signs its invites
 * @param createdAt since when
 * @param members everybody, banned ones too, by key, in the order joined
 */
public record Mesh(
    String id,
    String slug,
    String name,
    String rootKey,
    String ownerPubkey,
    Instant createdAt,
    Map<String, Member> members) {

  /** Copies. */
  public Mesh {
    members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
  }

  /**
   * The member of a key.
   *
   * @param pubkey a stable key
   * @return the member, banned or not; empty if the key is nobody's
   */
  public Optional<Member> member(String pubkey) {
    return Optional.ofNullable(members.get(pubkey));
  }

  Mesh with(Member member) {
    Map<String, Member> changed = new LinkedHashMap<>(members);
    changed.put(member.pubkey(), member);
    return new Mesh(id, slug, name, rootKey, ownerPubkey, createdAt, changed);
  }

  /** Without the root key. */
  @Override
  public String toString() {
    return "mesh " + slug + " (" + id + ", " + members.size() + " members)";
  }
}
