package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.daemon.Events.Kind;
import claudemesh.lifecycle.Decision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon's life: its meshes, its sessions, its end. */
final class DaemonTest {

  @TempDir Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private TestUser alice;

  @BeforeEach
  void aUserWithoutAnything() {
    alice = new TestUser(folder, "alice");
    open.add(alice);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private TestMesh mesh(String slug) throws IOException {
    TestMesh mesh = new TestMesh(folder.resolve("broker-" + slug), slug);
    open.add(mesh);
    return mesh;
  }

  private TestMesh joined(String slug) throws IOException {
    TestMesh mesh = mesh(slug);
    mesh.join(alice.config, "alice");
    return mesh;
  }

  @Test
  void withoutAMeshItRunsAndFollowsTheConfig() throws IOException {
    alice.start();
    assertEquals(List.of(), alice.daemon().meshes().attached());
    TestMesh team = joined("team");
    alice.await("it is attached", () -> alice.daemon().meshes().find("team").isPresent());
    alice.awaitOpen(team);
    assertEquals("team", alice.daemon().meshes().only().orElseThrow().slug());
    Config.update(alice.config, config -> config.without(team.id()));
    alice.await("it is left", () -> alice.daemon().meshes().attached().isEmpty());
  }

  @Test
  void aDamagedConfigChangesNothingAndIsTold() throws IOException {
    TestMesh team = joined("team");
    alice.start();
    alice.awaitOpen(team);
    Files.writeString(alice.config.configFile(), "{");
    alice.await("it is told", () -> alice.daemon().meshes().configError().isPresent());
    assertTrue(alice.mesh(team).status().isOpen());
  }

  @Test
  void aMeshThatCannotWorkShowsItsErrorAndStopsNoOther() throws IOException {
    TestMesh team = joined("team");
    TestMesh broken = mesh("broken");
    JoinedMesh entry = broken.join(alice.config, "alice");
    Config.update(alice.config, config -> config.with(entry.withBrokerUrl("htp://nowhere")));
    alice.start();
    alice.awaitOpen(team);
    AttachedMesh failed = alice.mesh(broken);
    assertEquals("failed", failed.status().word());
    assertTrue(failed.error().orElseThrow().contains("htp://nowhere"));
    Accepted refused = alice.accept(alice.message(broken, "*", "x"));
    assertTrue(refused.toString().contains("htp://nowhere"), refused.toString());
  }

  @Test
  void aMeshThatIsDownDelaysNoOther() throws IOException {
    TestMesh down = joined("down");
    TestMesh team = joined("team");
    TestUser bob = new TestUser(folder, "bob");
    open.add(bob);
    team.join(bob.config, "bob");
    down.stop();
    alice.start();
    bob.start();
    alice.awaitOpen(team);
    bob.awaitOpen(team);
    for (int i = 0; i < 200; i++) {
      alice.send(alice.message(down, "*", "waits " + i));
    }
    alice.send(alice.message(team, bob.memberKey(team), "arrives"));
    bob.awaitTexts(team, bob.memberKey(team), List.of("arrives"));
    assertFalse(alice.mesh(down).status().isOpen());
  }

  @Test
  void everySessionIsBackAfterARestart() throws IOException {
    TestMesh team = joined("team");
    alice.start();
    Ed25519KeyPair one = alice.session(team, "one");
    Ed25519KeyPair two = alice.session(team, "two");
    alice.stop();
    alice.start();
    Set<String> keys = Set.of(one.publicHex(), two.publicHex());
    for (String key : keys) {
      alice.await(
          "the session is open",
          () -> alice.mesh(team).session(key).orElseThrow().status().isOpen());
    }
  }

  @Test
  void itLeavesCleanlyWithHundredsOfSessionsAndLeavesNoTrace() throws IOException {
    TestMesh team =
        new TestMesh(
            folder.resolve("broker"),
            "team",
            options -> options.withMaxSocketsPerMesh(2_000).withMaxSocketsPerMember(2_000));
    open.add(team);
    team.join(alice.config, "alice");
    alice.start();
    alice.awaitOpen(team);
    for (int i = 0; i < 300; i++) {
      alice
          .daemon()
          .sessions()
          .register(TestUser.registered("team", "s" + i, Ed25519KeyPair.generate()));
    }
    alice.await(
        "all are open",
        () -> alice.mesh(team).sessions().stream().allMatch(each -> each.status().isOpen()));
    List<MeshConnection> connections = alice.mesh(team).connections();
    assertEquals(301, connections.size());
    alice.stop();
    for (MeshConnection connection : connections) {
      assertEquals("closed", connection.status().word());
    }
    assertFalse(Files.exists(alice.folder.pidFile()));
  }

  @Test
  void itsEventsTellOfThePeersThatComeAndGoButNotOfItself() throws Exception {
    TestMesh team = joined("team");
    alice.start();
    alice.awaitOpen(team);
    var follower =
        alice
            .daemon()
            .parts()
            .events()
            .follow(OptionalLong.empty(), event -> event.kind() == Kind.PEER_JOINED);
    alice.session(team, "own");
    TestUser bob = new TestUser(folder, "bob");
    open.add(bob);
    team.join(bob.config, "bob");
    bob.start();
    var joined = follower.next(TestUser.PATIENCE).orElseThrow();
    assertEquals("bob", joined.data().string("name"));
    assertEquals(Events.Scope.mesh(team.id()), joined.scope());
  }

  @Test
  void thePeerListIsAskedForOnceAndRememberedWhileTheBrokerIsAway() throws Exception {
    TestMesh team = joined("team");
    alice.start();
    alice.awaitOpen(team);
    PeerList fresh = alice.mesh(team).peers(Duration.ZERO);
    assertEquals(1, fresh.rows().size());
    assertEquals(Optional.empty(), fresh.error());
    assertTrue(alice.mesh(team).peers(Duration.ofHours(1)) == alice.mesh(team).knownPeers());
    team.stop();
    alice.await("alice has noticed", () -> !alice.mesh(team).status().isOpen());
    PeerList stale = alice.mesh(team).peers(Duration.ZERO);
    assertEquals(fresh.rows(), stale.rows());
    assertTrue(stale.error().isPresent());
    assertEquals(Optional.of("alice"), alice.mesh(team).nameOf(alice.memberKey(team)));
  }

  @Test
  void whyAConnectionEndedIsRemembered() throws IOException {
    TestMesh team = joined("team");
    alice.start();
    alice.awaitOpen(team);
    team.restart();
    MeshConnection member = alice.mesh(team).member().orElseThrow();
    alice.await("it has ended", () -> !member.endings().isEmpty());
    EndingRecord first = member.endings().getFirst();
    assertEquals(Decision.RETRY, first.decision());
    assertTrue(first.nextTry().isPresent());
    assertTrue(first.lasted().isPresent());
    alice.awaitOpen(team);
  }

  @Test
  void aSecondDaemonInTheSameFolderIsRefused() throws IOException {
    alice.start();
    DaemonOptions options = DaemonOptions.of(alice.config, alice.folder);
    assertThrows(DaemonLock.TakenException.class, () -> Daemon.start(options));
    alice.stop();
    alice.start();
  }
}
