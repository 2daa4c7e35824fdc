package claudemesh.broker;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.Ids;
import claudemesh.crypto.Keys;
import claudemesh.crypto.SecretFiles;
import claudemesh.protocol.Invite;
import claudemesh.store.FolderLock;
import claudemesh.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The meshes of one data folder: their members and invites.
 *
 * <pre>
 *   DATA/                 0700
 *     meshes/ID.json      0600   one mesh, see {@link MeshFile}
 *     update.lock                held by whoever changes a mesh, for that moment
 *     broker.lock                held by a broker for as long as it runs
 *     broker.json         0600   {pid, url}: where that broker listens
 * </pre>
 *
 * <p>Several processes may use one folder at once, such as a running broker and a command that
 * creates an invite: every change reads the file, changes it and replaces it under one lock between
 * processes, so none is lost, and every reader notices a replaced file. Safe from any thread. A
 * damaged file is an {@link IOException} that names it, never a mesh less.
 */
public final class MeshDirectory {

  private static final int MAX_NAME = 128;
  private static final int ROOT_KEY_BYTES = 32;

  private final Path folder;
  private final MeshFiles files;
  private final Path updateLock;
  private final Clock clock;

  private MeshDirectory(Path folder, Clock clock) {
    this.folder = folder;
    this.files = new MeshFiles(folder.resolve("meshes"));
    this.updateLock = folder.resolve("update.lock");
    this.clock = clock;
  }

  /**
   * Opens a data folder, making it if need be, and reads every mesh in it.
   *
   * @param folder the data folder
   * @param clock the time of day for expiry
   * @return its meshes
   * @throws IOException if it cannot be made or read, or a mesh's file is damaged
   */
  public static MeshDirectory open(Path folder, Clock clock) throws IOException {
    MeshDirectory directory = new MeshDirectory(folder.toAbsolutePath().normalize(), clock);
    SecretFiles.createPrivateFolder(directory.folder);
    SecretFiles.createPrivateFolder(directory.files.folder());
    directory.meshes();
    return directory;
  }

  /**
   * The data folder.
   *
   * @return its absolute path
   */
  public Path folder() {
    return folder;
  }

  /**
   * Every mesh of this folder.
   *
   * @return the meshes by slug
   * @throws IOException if a file cannot be read or is damaged; the message names it
   */
  public List<Mesh> meshes() throws IOException {
    return files.all().stream()
        .map(MeshFile::mesh)
        .sorted(Comparator.comparing(Mesh::slug))
        .toList();
  }

  /**
   * A mesh by its id, as it stands on disk now.
   *
   * @param meshId its id; anything else is nobody's
   * @return the mesh; empty if there is none
   * @throws IOException if its file cannot be read or is damaged
   */
  public Optional<Mesh> mesh(String meshId) throws IOException {
    return files.current(meshId).map(MeshFile::mesh);
  }

  /**
   * A mesh by its slug.
   *
   * @param slug its short name
   * @return the mesh; empty if there is none
   * @throws IOException if a file cannot be read or is damaged
   */
  public Optional<Mesh> bySlug(String slug) throws IOException {
    return meshes().stream().filter(mesh -> mesh.slug().equals(slug)).findFirst();
  }

  /**
   * Creates a mesh with its owner as the first member. The key that signs its invites is made here
   * and stays in this folder.
   *
   * @param name its name; lower-case letters and digits of it make the slug
   * @param ownerName the owner's display name
   * @param ownerPubkey the owner's stable member key, whose secret stays with the caller
   * @return the new mesh
   * @throws IllegalArgumentException if the name is unfit or taken, or the key malformed
   * @throws IOException if it cannot be stored
   */
  public Mesh createMesh(String name, String ownerName, String ownerPubkey) throws IOException {
    String slug = slugOf(name);
    Member owner = newMember(ownerPubkey, ownerName, MemberRole.OWNER);
    Ed25519KeyPair signer = Ed25519KeyPair.generate();
    return FolderLock.whileHolding(
        updateLock,
        () -> {
          if (bySlug(slug).isPresent()) {
            throw new IllegalArgumentException(
                "a mesh called " + slug + " exists in " + folder + ": choose another name");
          }
          Mesh mesh =
              new Mesh(
                  Ids.random32(),
                  slug,
                  name,
                  newRootKey(),
                  signer.publicHex(),
                  now(),
                  Map.of(owner.pubkey(), owner));
          return files.store(new MeshFile(mesh, signer.secretHex(), Map.of())).mesh();
        });
  }

  /**
   * Creates an invite and opens the books on it.
   *
   * @param meshId the mesh
   * @param brokerUrl where its broker listens, as others reach it
   * @param role what those who join may do: admin or member
   * @param uses how many may join with it
   * @param expiresAt its end, to the second
   * @return the signed invite
   * @throws IllegalArgumentException if there is no such mesh or a value is out of range
   * @throws IOException if it cannot be stored
   */
  public Invite createInvite(
      String meshId, URI brokerUrl, MemberRole role, int uses, Instant expiresAt)
      throws IOException {
    requireInvitable(role, uses, expiresAt);
    return FolderLock.whileHolding(
        updateLock,
        () -> {
          MeshFile file = require(files.read(meshId), meshId);
          Invite invite = freshInvite(file, brokerUrl, role, expiresAt);
          Instant end = Instant.ofEpochSecond(invite.expiresAt());
          IssuedInvite books = new IssuedInvite(invite.signature(), role, uses, 0, end, false);
          files.store(file.withoutExpiredInvites(now()).with(books));
          return invite;
        });
  }

  /**
   * Calls an invite back: nobody else can join with it.
   *
   * @param invite the invite
   * @return false if the books do not know it
   * @throws IOException if it cannot be stored
   */
  public boolean revokeInvite(Invite invite) throws IOException {
    return FolderLock.whileHolding(
        updateLock,
        () -> {
          Optional<MeshFile> file = files.read(invite.meshId());
          Optional<IssuedInvite> books = file.map(known -> known.invites().get(invite.signature()));
          if (books.isEmpty()) {
            return false;
          }
          files.store(file.get().with(books.get().calledBack()));
          return true;
        });
  }

  /**
   * The invites of a mesh, but for those that had expired when the latest was made.
   *
   * @param meshId the mesh
   * @return the books on each, in the order made
   * @throws IllegalArgumentException if there is no such mesh
   * @throws IOException if its file cannot be read or is damaged
   */
  public List<IssuedInvite> invites(String meshId) throws IOException {
    return List.copyOf(require(files.current(meshId), meshId).invites().values());
  }

  /**
   * Calls an invite back by the beginning of its signature: nobody else can join with it. Who has
   * joined stays.
   *
   * @param meshId the mesh
   * @param id its {@link IssuedInvite#id}, or as many digits as make it unique
   * @return the books on it, closed
   * @throws IllegalArgumentException if there is no such mesh, or not just one such invite
   * @throws IOException if it cannot be stored
   */
  public IssuedInvite revokeInvite(String meshId, String id) throws IOException {
    return FolderLock.whileHolding(
        updateLock,
        () -> {
          MeshFile file = require(files.read(meshId), meshId);
          List<IssuedInvite> found =
              file.invites().values().stream()
                  .filter(invite -> !id.isEmpty() && invite.signature().startsWith(id))
                  .toList();
          if (found.size() != 1) {
            throw new IllegalArgumentException(
                (found.isEmpty() ? "no invite \"" : "more than one invite \"")
                    + id
                    + "\" in the mesh "
                    + file.mesh().slug()
                    + ": `invite list` shows their ids");
          }
          IssuedInvite closed = found.getFirst().calledBack();
          files.store(file.with(closed));
          return closed;
        });
  }

  private MeshFile require(Optional<MeshFile> file, String meshId) {
    return file.orElseThrow(
        () -> new IllegalArgumentException("no mesh " + meshId + " in " + folder));
  }

  /**
   * Joins a mesh with an invite.
   *
   * @param invite the invite, unchecked
   * @param pubkey the new member's stable key, well formed
   * @param displayName the name it wants
   * @return the member's id, or the error word of protocol.md §7
   * @throws IOException if it cannot be stored
   */
  public JoinResult join(Invite invite, String pubkey, String displayName) throws IOException {
    if (!invite.hasGoodSignature()) {
      return new JoinResult.Refused("invite_bad_signature");
    }
    if (invite.expiresAt() <= clock.wallTime().getEpochSecond()) {
      return new JoinResult.Refused("invite_expired");
    }
    return FolderLock.whileHolding(
        updateLock,
        () -> {
          Optional<MeshFile> file = files.read(invite.meshId());
          if (file.isEmpty()) {
            return new JoinResult.Refused("mesh_not_found");
          }
          return join(file.get(), invite, pubkey, displayName);
        });
  }

  private JoinResult join(MeshFile file, Invite invite, String pubkey, String displayName)
      throws IOException {
    Mesh mesh = file.mesh();
    if (!mesh.ownerPubkey().equals(invite.ownerPubkey())) {
      return new JoinResult.Refused("invite_owner_mismatch");
    }
    if (!mesh.slug().equals(invite.meshSlug()) || !mesh.rootKey().equals(invite.meshRootKey())) {
      return new JoinResult.Refused("invite_mesh_mismatch");
    }
    Optional<Member> known = mesh.member(pubkey);
    if (known.isPresent()) {
      return known.get().isRevoked()
          ? new JoinResult.Refused("revoked")
          : new JoinResult.Joined(known.get().memberId(), true);
    }
    IssuedInvite books = file.invites().get(invite.signature());
    if (books == null || books.revoked()) {
      return new JoinResult.Refused("invite_revoked");
    }
    if (books.uses() >= books.maxUses()) {
      return new JoinResult.Refused("invite_exhausted");
    }
    Member member = newMember(pubkey, displayName, MemberRole.of(invite.role()));
    files.store(file.with(mesh.with(member)).with(books.usedOnceMore()));
    return new JoinResult.Joined(member.memberId(), false);
  }

  /** Bans a member, or lifts its ban. */
  void setRevoked(String meshId, String pubkey, boolean revoked) throws IOException {
    FolderLock.whileHolding(
        updateLock,
        () -> {
          MeshFile file = files.read(meshId).orElseThrow(() -> new NoSuchFileException(meshId));
          Member member = file.mesh().members().get(pubkey);
          Optional<Instant> when = revoked ? Optional.of(now()) : Optional.empty();
          return files.store(file.with(file.mesh().with(member.withRevokedAt(when))));
        });
  }

  /** The mesh as last read: without a look at the disk, for every message. */
  Optional<Mesh> cached(String meshId) {
    return files.cached(meshId).map(MeshFile::mesh);
  }

  /**
   * Where the broker of this folder listens, if one runs now.
   *
   * @return its WebSocket address; empty if none runs, or it has not yet said
   * @throws IOException if the folder cannot be read
   */
  public Optional<URI> runningBroker() throws IOException {
    return runningBroker(folder);
  }

  /**
   * Where the broker of a data folder listens, if one runs now. Makes nothing in the folder.
   *
   * @param dataFolder a folder that exists
   * @return its WebSocket address; empty if none runs, or it has not yet said
   * @throws IOException if the folder cannot be read
   */
  public static Optional<URI> runningBroker(Path dataFolder) throws IOException {
    return BrokerHold.whereabouts(dataFolder);
  }

  private Invite freshInvite(MeshFile file, URI brokerUrl, MemberRole role, Instant expiresAt) {
    Mesh mesh = file.mesh();
    Ed25519KeyPair signer = Ed25519KeyPair.fromSecretHex(file.ownerSecretHex());
    Invite invite;
    long end = expiresAt.getEpochSecond();
    do { // two invites of one second would be one token: the later ends a second later
      invite =
          new Invite(
                  mesh.id(),
                  mesh.slug(),
                  brokerUrl.toString(),
                  end++,
                  mesh.rootKey(),
                  role.word(),
                  mesh.ownerPubkey(),
                  "")
              .signedBy(signer);
    } while (file.invites().containsKey(invite.signature()));
    return invite;
  }

  private void requireInvitable(MemberRole role, int uses, Instant expiresAt) {
    if (role == MemberRole.OWNER) {
      throw new IllegalArgumentException("role: expected admin or member, got owner");
    }
    if (uses < 1) {
      throw new IllegalArgumentException("uses: expected 1 or more, got " + uses);
    }
    if (!expiresAt.isAfter(clock.wallTime())) {
      throw new IllegalArgumentException("expiresAt: expected a time ahead, got " + expiresAt);
    }
  }

  private Member newMember(String pubkey, String displayName, MemberRole role) {
    if (!Keys.isPublicHex(pubkey)) {
      throw new IllegalArgumentException("a member's key must be 64 lowercase hex digits");
    }
    requireName(displayName);
    return new Member(Ids.random32(), pubkey, displayName, role, now(), Optional.empty());
  }

  static void requireName(String name) {
    if (name.isBlank() || name.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "a name must have 1 to " + MAX_NAME + " characters, got " + name.length());
    }
  }

  private static String slugOf(String name) {
    requireName(name);
    String slug =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    if (slug.isEmpty()) {
      throw new IllegalArgumentException(
          "a mesh's name needs a letter or digit of ASCII, got \"" + name + "\"");
    }
    return slug;
  }

  private static String newRootKey() {
    byte[] key = new byte[ROOT_KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key);
  }

  private Instant now() {
    return clock.wallTime().truncatedTo(ChronoUnit.MILLIS);
  }
}
