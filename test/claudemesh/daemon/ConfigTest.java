package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigTest {

  private static final Ed25519KeyPair KEYS = Ed25519KeyPair.fromSeedHex("01".repeat(32));
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path home;
  private ConfigFolder folder;

  @BeforeEach
  void aFolderThatIsNotThereYet() {
    folder = new ConfigFolder(home.resolve("sub/.claudemesh"));
  }

  @Test
  void withoutAFileNothingWasJoined() throws IOException {
    Config config = Config.load(folder);
    assertEquals(List.of(), config.meshes());
    assertEquals(Optional.empty(), config.displayName());
    assertFalse(Files.exists(folder.path()), "reading makes no folder");
  }

  @Test
  void aJoinedMeshComesBackAsItWas() throws IOException {
    Config.update(folder, config -> config.with(mesh("local")));

    JoinedMesh mesh = Config.load(folder).mesh("local").orElseThrow();
    assertEquals("id-local", mesh.meshId());
    assertEquals("member", mesh.memberId());
    assertEquals(KEYS.publicHex(), mesh.pubkey());
    assertEquals(KEYS, mesh.keys());
    assertEquals("ws://127.0.0.1:1/ws", mesh.brokerUrl());
    assertEquals(Optional.of("alice"), mesh.displayName());
    assertEquals("2026-01-02T03:04:05Z", mesh.joinedAt());
    assertEquals(mesh.meshId(), Config.load(folder).mesh("id-local").orElseThrow().meshId());
    assertEquals(KEYS, mesh.membership().keys());
  }

  @Test
  void fileAndFolderAreTheOwnersAlone() throws IOException {
    Config.update(folder, config -> config.with(mesh("local")));
    assertEquals("rwx------", permissions(folder.path()));
    assertEquals("rw-------", permissions(folder.configFile()));
  }

  @Test
  void fieldsOfOtherProgramsAreKept() throws IOException {
    writeConfig(
        """
        {"version": 1, "messageMode": "inbox", "future": {"a": [1, 2.50]},
         "meshes": [{"meshId": "m1", "memberId": "x", "slug": "old", "name": "Old", "pubkey": "p",
                     "secretKey": "s", "brokerUrl": "wss://b/ws", "color": "blue"}]}
        """);

    Config.update(folder, config -> config.with(mesh("local")));

    Json json = Json.parseObject(Files.readString(folder.configFile()));
    assertEquals("inbox", json.string("messageMode"));
    assertEquals(Json.parse("{\"a\":[1,2.50]}"), json.get("future").orElseThrow());
    assertEquals(2, json.list("meshes").size());
    assertEquals("blue", json.list("meshes").get(0).string("color"));
    assertEquals("Old", json.list("meshes").get(0).string("name"));
  }

  @Test
  void joiningAgainReplacesTheEntryButKeepsWhatItDoesNotKnow() throws IOException {
    writeConfig(
        """
        {"meshes": [{"meshId": "id-local", "memberId": "x", "slug": "local", "secretKey": "s",
                     "brokerUrl": "wss://b/ws", "color": "blue"}]}
        """);

    Config config = Config.update(folder, old -> old.with(mesh("local")));

    assertEquals(1, config.meshes().size());
    Json entry = Json.parseObject(Files.readString(folder.configFile())).list("meshes").get(0);
    assertEquals("blue", entry.string("color"));
    assertEquals("member", entry.string("memberId"));
  }

  @Test
  void leavingForgetsTheKey() throws IOException {
    Config.update(folder, config -> config.with(mesh("one")).with(mesh("two")));
    Config.update(folder, config -> config.without("id-one"));
    assertEquals(
        List.of("two"), Config.load(folder).meshes().stream().map(JoinedMesh::slug).toList());
  }

  @Test
  void changesMadeAtOnceAllCount() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<Config>> updates =
          IntStream.range(0, 4)
              .mapToObj(
                  i -> pool.submit(() -> Config.update(folder, c -> c.with(mesh("mesh" + i)))))
              .toList();
      for (Future<Config> update : updates) {
        update.get();
      }
    }
    assertEquals(4, Config.load(folder).meshes().size());
  }

  @Test
  void aDamagedFileIsNamedAndLeftAlone() throws IOException {
    for (String wrong :
        List.of("", "{", "[]", "{\"meshes\":7}", "{\"meshes\":[{\"slug\":\"x\"}]}")) {
      writeConfig(wrong);
      var failure =
          assertThrows(IOException.class, () -> Config.update(folder, c -> c.with(mesh("a"))));
      assertTrue(failure.getMessage().startsWith(folder.configFile() + " is damaged"), wrong);
      assertEquals(wrong, Files.readString(folder.configFile()));
    }
  }

  @Test
  void aDamagedKeyNamesItsMeshAndNoSecret() throws IOException {
    String secret = "ab".repeat(64);
    writeConfig(
        "{\"meshes\":[{\"meshId\":\"m\",\"memberId\":\"x\",\"slug\":\"local\",\"secretKey\":\""
            + secret
            + "\",\"brokerUrl\":\"ws://b/ws\"}]}");
    JoinedMesh mesh = Config.load(folder).mesh("local").orElseThrow();

    var failure = assertThrows(IllegalArgumentException.class, mesh::keys);

    assertTrue(failure.getMessage().startsWith("the config of mesh local"), failure.getMessage());
    assertFalse(failure.getMessage().contains(secret));
  }

  @Test
  void nothingPrintsASecret() throws IOException {
    Config config = Config.update(folder, old -> old.with(mesh("local")));
    String shown = config + " " + config.meshes() + " " + config.meshes().get(0).membership();
    assertFalse(shown.contains(KEYS.secretHex().substring(0, 64)), shown);
    assertFalse(shown.contains("root-key"), shown);
  }

  @Test
  void theVariableNamesTheFolderWhileItExists() {
    Path there = home.resolve("there");
    assertTrue(there.toFile().mkdir());
    assertEquals(there, folderOf(Map.of("CLAUDEMESH_CONFIG_DIR", there.toString())));
    assertEquals(
        home.resolve(".claudemesh"),
        folderOf(Map.of("CLAUDEMESH_CONFIG_DIR", home.resolve("no").toString())));
    assertEquals(home.resolve(".claudemesh"), folderOf(Map.of("CLAUDEMESH_CONFIG_DIR", "")));
  }

  private Path folderOf(Map<String, String> environment) {
    var all = new java.util.HashMap<>(environment);
    all.put("HOME", home.toString());
    return ConfigFolder.of(all).path();
  }

  private void writeConfig(String text) throws IOException {
    Files.createDirectories(folder.path());
    Files.writeString(folder.configFile(), text);
  }

  private static JoinedMesh mesh(String slug) {
    return JoinedMesh.of(
        "id-" + slug, "member", slug, KEYS, "ws://127.0.0.1:1/ws", "root-key", "alice", NOW);
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
