package claudemesh.broker;

import claudemesh.crypto.Keys;
import claudemesh.crypto.SecretFiles;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The whole content of one mesh's file, and its form on disk.
 *
 * <pre>
 *   {version: 1, meshId, slug, name, rootKey, createdAt,
 *    ownerPubkey, ownerSecretKey,                            signs invites; 64 and 128 hex digits
 *    members: [{memberId, pubkey, displayName, role, joinedAt, revokedAt?}],
 *    invites: [{signature, role?, maxUses, uses, expiresAt, revoked}]}   member without a role
 * </pre>
 *
 * <p>Times are ISO 8601. The file is replaced as a whole: a reader finds the old content or the
 * new.
 *
 * @param mesh what everybody here may know
 * @param ownerSecretHex the secret half of {@link Mesh#ownerPubkey}
 * @param invites the books on invites, by signature
 */
record MeshFile(Mesh mesh, String ownerSecretHex, Map<String, IssuedInvite> invites) {

  private static final int VERSION = 1;
  private static final int MAX_BYTES = 64 << 20;

  MeshFile {
    invites = Collections.unmodifiableMap(new LinkedHashMap<>(invites));
  }

  MeshFile with(Mesh changed) {
    return new MeshFile(changed, ownerSecretHex, invites);
  }

  MeshFile with(IssuedInvite invite) {
    Map<String, IssuedInvite> changed = new LinkedHashMap<>(invites);
    changed.put(invite.signature(), invite);
    return new MeshFile(mesh, ownerSecretHex, changed);
  }

  /** Without what is past its end; the token itself says that it has expired. */
  MeshFile withoutExpiredInvites(Instant now) {
    Map<String, IssuedInvite> kept = new LinkedHashMap<>(invites);
    kept.values().removeIf(invite -> invite.expiresAt().isBefore(now));
    return new MeshFile(mesh, ownerSecretHex, kept);
  }

  static MeshFile read(Path file) throws IOException {
    try {
      return decode(Json.parseObject(SecretFiles.read(file, MAX_BYTES)));
    } catch (JsonException | IllegalArgumentException | ArithmeticException | DateTimeException e) {
      throw new IOException(
          "the mesh file "
              + file
              + " is damaged: "
              + e.getMessage()
              + "; put a good copy in its place, or move it out of the folder",
          e);
    }
  }

  void write(Path file) throws IOException {
    SecretFiles.writeAtomically(file, encode().toPrettyString() + "\n");
  }

  private static MeshFile decode(Json json) {
    if (json.number("version") != VERSION) {
      throw new JsonException("version: expected " + VERSION + ", found " + json.number("version"));
    }
    Map<String, Member> members = new LinkedHashMap<>();
    json.list("members").stream()
        .map(MeshFile::decodeMember)
        .forEach(member -> members.put(member.pubkey(), member));
    Map<String, IssuedInvite> invites = new LinkedHashMap<>();
    json.list("invites").stream()
        .map(MeshFile::decodeInvite)
        .forEach(invite -> invites.put(invite.signature(), invite));
    Mesh mesh =
        new Mesh(
            json.string("meshId"),
            json.string("slug"),
            json.string("name"),
            json.string("rootKey"),
            requireKey(json.string("ownerPubkey")),
            Instant.parse(json.string("createdAt")),
            members);
    return new MeshFile(mesh, json.string("ownerSecretKey"), invites);
  }

  private static Member decodeMember(Json json) {
    return new Member(
        json.string("memberId"),
        requireKey(json.string("pubkey")),
        json.string("displayName"),
        MemberRole.of(json.string("role")),
        Instant.parse(json.string("joinedAt")),
        json.optionalString("revokedAt").map(Instant::parse));
  }

  private static IssuedInvite decodeInvite(Json json) {
    return new IssuedInvite(
        json.string("signature"),
        MemberRole.of(json.string("role", MemberRole.MEMBER.word())),
        Math.toIntExact(json.number("maxUses")),
        Math.toIntExact(json.number("uses")),
        Instant.parse(json.string("expiresAt")),
        json.bool("revoked", false));
  }

  private Json encode() {
    List<Json> members = mesh.members().values().stream().map(MeshFile::encode).toList();
    List<Json> issued = invites.values().stream().map(MeshFile::encode).toList();
    return Json.object()
        .put("version", VERSION)
        .put("meshId", mesh.id())
        .put("slug", mesh.slug())
        .put("name", mesh.name())
        .put("rootKey", mesh.rootKey())
        .put("createdAt", mesh.createdAt().toString())
        .put("ownerPubkey", mesh.ownerPubkey())
        .put("ownerSecretKey", ownerSecretHex)
        .put("members", Json.array(members))
        .put("invites", Json.array(issued))
        .build();
  }

  private static Json encode(Member member) {
    return Json.object()
        .put("memberId", member.memberId())
        .put("pubkey", member.pubkey())
        .put("displayName", member.displayName())
        .put("role", member.role().word())
        .put("joinedAt", member.joinedAt().toString())
        .put("revokedAt", member.revokedAt().map(Instant::toString))
        .build();
  }

  private static Json encode(IssuedInvite invite) {
    return Json.object()
        .put("signature", invite.signature())
        .put("role", invite.role().word())
        .put("maxUses", invite.maxUses())
        .put("uses", invite.uses())
        .put("expiresAt", invite.expiresAt().toString())
        .put("revoked", invite.revoked())
        .build();
  }

  private static String requireKey(String key) {
    if (!Keys.isPublicHex(key)) {
      throw new JsonException("a key must be 64 lowercase hex digits, found another text");
    }
    return key;
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return mesh.toString();
  }
}
