package claudemesh.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.protocol.Invite;
import claudemesh.time.Clock;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Meshes, members and invites on disk (protocol.md §2, §7). */
class MeshDirectoryTest {

  private static final URI URL = URI.create("ws://127.0.0.1:7900/ws");
  private static final String OWNER = BrokerRig.ALPHA.publicHex();
  private static final String GUEST = BrokerRig.BRAVO.publicHex();
  private static final String LATE = BrokerRig.CHARLIE.publicHex();

  @TempDir Path temp;
  private final TestTime time = new TestTime();
  private Path folder;
  private MeshDirectory directory;
  private Mesh mesh;

  @BeforeEach
  void create() throws IOException {
    folder = temp.resolve("a/data");
    directory = MeshDirectory.open(folder, time);
    mesh = directory.createMesh("Our Mesh!", "alpha", OWNER);
  }

  private Invite invite(int uses) throws IOException {
    return directory.createInvite(
        mesh.id(), URL, MemberRole.MEMBER, uses, time.wallTime().plus(Duration.ofHours(1)));
  }

  private String refusal(Invite invite, String pubkey) throws IOException {
    JoinResult result = directory.join(invite, pubkey, "guest");
    return result instanceof JoinResult.Refused refused ? refused.error() : "joined";
  }

  @Test
  void aNewMeshHasItsOwnerAndKeysOfItsOwn() throws IOException {
    assertEquals("our-mesh", mesh.slug());
    assertEquals("Our Mesh!", mesh.name());
    assertTrue(mesh.id().matches("[0-9A-Za-z]{32}"));
    assertTrue(mesh.rootKey().matches("[0-9A-Za-z_-]{43}"));
    Member owner = mesh.member(OWNER).orElseThrow();
    assertEquals(MemberRole.OWNER, owner.role());
    assertEquals("alpha", owner.displayName());
    assertNotEquals(OWNER, mesh.ownerPubkey());
    Mesh other = directory.createMesh("other", "alpha", OWNER);
    assertNotEquals(mesh.rootKey(), other.rootKey());
    assertEquals(
        List.of("other", "our-mesh"), directory.meshes().stream().map(Mesh::slug).toList());
  }

  @Test
  void everythingIsTheOwnersAlone() throws IOException {
    invite(1);
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.toList()) {
        String expected = Files.isDirectory(path) ? "rwx------" : "rw-------";
        assertEquals(
            expected,
            PosixFilePermissions.toString(Files.getPosixFilePermissions(path)),
            path.toString());
      }
    }
  }

  @Test
  void slugsAreUniqueAndNamesNeedALetter() {
    assertThrows(
        IllegalArgumentException.class, () -> directory.createMesh("our mesh", "x", OWNER));
    for (String name : List.of("", " ", "!!!", "x".repeat(129))) {
      assertThrows(
          IllegalArgumentException.class, () -> directory.createMesh(name, "x", OWNER), name);
    }
    assertThrows(
        IllegalArgumentException.class, () -> directory.createMesh("new", "x", "not a key"));
  }

  @Test
  void anInviteIsGoodAndLetsInAsOftenAsItSays() throws IOException {
    Invite invite = invite(1);
    assertTrue(invite.hasGoodSignature());
    assertEquals(mesh.ownerPubkey(), invite.ownerPubkey());
    assertEquals(mesh.rootKey(), invite.meshRootKey());
    assertEquals(URL.toString(), invite.brokerUrl());
    JoinResult.Joined joined = (JoinResult.Joined) directory.join(invite, GUEST, "guest");
    assertFalse(joined.alreadyMember());
    assertEquals(
        new JoinResult.Joined(joined.memberId(), true), directory.join(invite, GUEST, "again"));
    assertEquals("invite_exhausted", refusal(invite, LATE));
    Member guest = directory.mesh(mesh.id()).orElseThrow().member(GUEST).orElseThrow();
    assertEquals(joined.memberId(), guest.memberId());
    assertEquals("guest", guest.displayName());
    assertEquals(MemberRole.MEMBER, guest.role());
  }

  @Test
  void anInviteForAnAdminMakesOne() throws IOException {
    Invite invite =
        directory.createInvite(
            mesh.id(), URL, MemberRole.ADMIN, 2, time.wallTime().plusSeconds(60));
    directory.join(invite, GUEST, "guest");
    Member guest = directory.mesh(mesh.id()).orElseThrow().member(GUEST).orElseThrow();
    assertEquals(MemberRole.ADMIN, guest.role());
  }

  @Test
  void anInviteEnds() throws IOException {
    Invite invite = invite(5);
    time.advance(Duration.ofHours(1).minusSeconds(1));
    assertEquals("joined", refusal(invite, GUEST));
    time.advance(Duration.ofSeconds(1));
    assertEquals("invite_expired", refusal(invite, LATE));
  }

  @Test
  void anInviteCanBeCalledBack() throws IOException {
    Invite invite = invite(5);
    assertTrue(directory.revokeInvite(invite));
    assertEquals("invite_revoked", refusal(invite, GUEST));
    assertEquals("joined", refusal(invite(1), GUEST));
  }

  @Test
  void invitesAreListedWithWhatBecameOfThem() throws IOException {
    assertEquals(List.of(), directory.invites(mesh.id()));
    Invite used = invite(1);
    refusal(used, GUEST);
    Invite back = invite(2);
    IssuedInvite closed = directory.revokeInvite(mesh.id(), back.signature().substring(0, 20));
    assertTrue(closed.revoked());
    invite(3);
    assertEquals(List.of("1/1 exhausted", "0/2 revoked", "0/3 open"), listed(time.wallTime()));
    assertEquals(
        List.of("1/1 expired", "0/2 revoked", "0/3 expired"),
        listed(time.wallTime().plus(Duration.ofDays(400))));
    assertEquals(closed.id(), directory.invites(mesh.id()).get(1).id());
    for (String none : List.of("", "nosuch")) {
      assertThrows(
          IllegalArgumentException.class, () -> directory.revokeInvite(mesh.id(), none), none);
    }
    assertThrows(IllegalArgumentException.class, () -> directory.invites("nosuch"));
  }

  private List<String> listed(Instant now) throws IOException {
    return directory.invites(mesh.id()).stream()
        .map(invite -> invite.uses() + "/" + invite.maxUses() + " " + invite.state(now))
        .toList();
  }

  @Test
  void anInviteOfAnOlderFileIsForAMember() throws IOException {
    Invite invite =
        directory.createInvite(
            mesh.id(), URL, MemberRole.ADMIN, 1, time.wallTime().plusSeconds(60));
    Path file = folder.resolve("meshes").resolve(mesh.id() + ".json");
    assertEquals(MemberRole.ADMIN, directory.invites(mesh.id()).getFirst().role());
    String text = Files.readString(file);
    int invites = text.indexOf("\"invites\"");
    String older =
        text.substring(0, invites) + text.substring(invites).replaceAll("\"role\":[^,]*,", "");
    assertNotEquals(text, older);
    Files.writeString(file, older);
    assertEquals(MemberRole.MEMBER, directory.invites(mesh.id()).getFirst().role());
    // The token itself says what its holder becomes.
    assertEquals("joined", refusal(invite, GUEST));
    Member guest = directory.mesh(mesh.id()).orElseThrow().member(GUEST).orElseThrow();
    assertEquals(MemberRole.ADMIN, guest.role());
  }

  @Test
  void twoInvitesOfOneSecondAreTwo() throws IOException {
    Invite first = invite(1);
    Invite second = invite(1);
    assertNotEquals(first.signature(), second.signature());
    assertEquals("joined", refusal(first, GUEST));
    assertEquals("joined", refusal(second, LATE));
  }

  @Test
  void forgedOrMisplacedInvitesAreRefused() throws IOException {
    Invite good = invite(1);
    Ed25519KeyPair other = BrokerRig.DELTA;
    Invite raised =
        new Invite(
            good.meshId(),
            good.meshSlug(),
            good.brokerUrl(),
            good.expiresAt(),
            good.meshRootKey(),
            "admin",
            good.ownerPubkey(),
            good.signature());
    assertEquals("invite_bad_signature", refusal(raised, GUEST));
    assertEquals("invite_owner_mismatch", refusal(by(other, good.meshId(), good), GUEST));
    assertEquals("mesh_not_found", refusal(by(other, "0".repeat(32), good), GUEST));
    assertEquals("mesh_not_found", refusal(by(other, "../../x", good), GUEST));
    Files.writeString(file(), Files.readString(file()).replace("\"our-mesh\"", "\"renamed\""));
    assertEquals("invite_mesh_mismatch", refusal(good, GUEST));
  }

  private static Invite by(Ed25519KeyPair signer, String meshId, Invite good) {
    return new Invite(
            meshId,
            good.meshSlug(),
            good.brokerUrl(),
            good.expiresAt(),
            good.meshRootKey(),
            good.role(),
            signer.publicHex(),
            "")
        .signedBy(signer);
  }

  @Test
  void invitesMustMakeSense() {
    Instant later = time.wallTime().plusSeconds(60);
    assertThrows(
        IllegalArgumentException.class,
        () -> directory.createInvite(mesh.id(), URL, MemberRole.OWNER, 1, later));
    assertThrows(
        IllegalArgumentException.class,
        () -> directory.createInvite(mesh.id(), URL, MemberRole.MEMBER, 0, later));
    assertThrows(
        IllegalArgumentException.class,
        () -> directory.createInvite(mesh.id(), URL, MemberRole.MEMBER, 1, time.wallTime()));
    assertThrows(
        IllegalArgumentException.class,
        () -> directory.createInvite("0".repeat(32), URL, MemberRole.MEMBER, 1, later));
  }

  @Test
  void everythingIsThereAfterARestart() throws IOException {
    Invite used = invite(1);
    Invite fresh = invite(1);
    directory.join(used, GUEST, "guest");
    directory.setRevoked(mesh.id(), GUEST, true);
    MeshDirectory again = MeshDirectory.open(folder, time);
    assertEquals(directory.mesh(mesh.id()), again.mesh(mesh.id()));
    assertTrue(again.mesh(mesh.id()).orElseThrow().member(GUEST).orElseThrow().isRevoked());
    directory = again;
    assertEquals("revoked", refusal(used, GUEST));
    assertEquals("invite_exhausted", refusal(used, LATE));
    assertEquals("joined", refusal(fresh, LATE));
    assertEquals("our-mesh", again.bySlug("our-mesh").orElseThrow().slug());
  }

  @Test
  void whatAnotherProcessChangesIsSeenAtOnce() throws IOException {
    MeshDirectory other = MeshDirectory.open(folder, time);
    for (int i = 0; i < 6; i++) {
      String key = Ed25519KeyPair.generate().publicHex();
      Invite invite =
          (i % 2 == 0 ? directory : other)
              .createInvite(mesh.id(), URL, MemberRole.MEMBER, 1, time.wallTime().plusSeconds(60));
      (i % 2 == 0 ? other : directory).join(invite, key, "guest");
      assertTrue(directory.mesh(mesh.id()).orElseThrow().member(key).isPresent());
      assertTrue(other.mesh(mesh.id()).orElseThrow().member(key).isPresent());
    }
    assertEquals(7, other.mesh(mesh.id()).orElseThrow().members().size());
    Mesh created = other.createMesh("second", "alpha", OWNER);
    assertEquals(created, directory.mesh(created.id()).orElseThrow());
  }

  @Test
  void noChangeIsLostWhenProcessesWriteAtOnce() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  java,
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-cp",
                  classPath(
                      InviteProcess.class,
                      MeshDirectory.class,
                      Class.forName("com.eclipsesource.json.JsonValue")),
                  InviteProcess.class.getName(),
                  folder.toString(),
                  mesh.id(),
                  "8")
              .redirectErrorStream(true)
              .redirectOutput(temp.resolve("out" + i).toFile())
              .start());
    }
    MeshDirectory here = MeshDirectory.open(folder, Clock.SYSTEM);
    for (int i = 0; i < 8; i++) {
      here.createInvite(
          mesh.id(), URL, MemberRole.MEMBER, 1, Instant.now().plus(Duration.ofDays(1)));
    }
    for (int i = 0; i < processes.size(); i++) {
      assertTrue(processes.get(i).waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, processes.get(i).exitValue(), Files.readString(temp.resolve("out" + i)));
    }
    assertEquals(3 * 8, MeshFile.read(file()).invites().size());
  }

  private static String classPath(Class<?>... types) throws Exception {
    List<String> places = new ArrayList<>();
    for (Class<?> type : types) {
      places.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    return String.join(File.pathSeparator, places);
  }

  private Path file() {
    return folder.resolve("meshes").resolve(mesh.id() + ".json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"version\":2}",
        "{\"version\":1}",
        "{\"version\":1,\"meshId\":5}",
      })
  void aDamagedFileIsNamed(String content) throws IOException {
    Files.writeString(file(), content);
    for (IOException e :
        List.of(
            assertThrows(IOException.class, () -> directory.mesh(mesh.id())),
            assertThrows(IOException.class, () -> directory.meshes()),
            assertThrows(IOException.class, () -> MeshDirectory.open(folder, time)))) {
      assertTrue(e.getMessage().contains(file().toString()), e.getMessage());
      assertTrue(e.getMessage().contains("damaged"), e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"role", "pubkey", "joinedAt", "maxUses", "ownerPubkey"})
  void aSpoiltFieldIsDamageToo(String field) throws IOException {
    invite(1);
    String content = Files.readString(file());
    Files.writeString(
        file(), content.replaceFirst("\"" + field + "\": [^,\n]+", "\"" + field + "\": \"?\""));
    assertThrows(IOException.class, () -> directory.mesh(mesh.id()));
  }

  @Test
  void aFileUnderAnothersNameIsDamage() throws IOException {
    Path copy = folder.resolve("meshes").resolve("0".repeat(32) + ".json");
    Files.copy(file(), copy);
    IOException e = assertThrows(IOException.class, () -> directory.meshes());
    assertTrue(e.getMessage().contains(copy.toString()), e.getMessage());
  }

  @Test
  void secretsAreInNoText() throws IOException {
    MeshFile file = MeshFile.read(file());
    assertFalse(file.toString().contains(file.ownerSecretHex()));
    assertFalse(mesh.toString().contains(mesh.rootKey()));
  }
}
