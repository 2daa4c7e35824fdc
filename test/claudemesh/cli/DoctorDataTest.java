package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.lifecycle.TestCertificates;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code doctor} finds of a broker on this machine, and of its data folder. */
final class DoctorDataTest {

  private static final List<String> LONG = List.of("doctor", "--json", "--timeout=30");

  @TempDir Path dir;

  private static Diagnosis doctor(TestCli cli, String... more) {
    List<String> words = new ArrayList<>(LONG);
    words.addAll(List.of(more));
    return Diagnosis.of(cli.run(words.toArray(String[]::new)));
  }

  private static List<String> files(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void whereNoBrokerHasWorkedNoneIsExpectedUnlessItsFolderIsNamed() {
    TestCli cli = new TestCli(dir.resolve("me"));
    Diagnosis found = doctor(cli).exits(0);
    found.found("broker", "ok", "no broker has worked here: there is no " + dir.resolve("me"));
    assertEquals("false", found.figures("broker").get("runs").orElseThrow().toString());

    Diagnosis named = doctor(cli, "--data", dir.resolve("none").toString()).exits(1);
    named.found("broker", "fail", "there is no folder " + dir.resolve("none"));
    assertFalse(Files.exists(dir.resolve("none")), "and none is made");
  }

  @Test
  void aRunningBrokerIsAskedAndItsStoreReadBesideIt() throws Exception {
    try (Scene scene = new Scene(dir)) {
      assertEquals(0, scene.alice.run("send", "*", "kept for whoever comes").code());
      List<String> before = files(Path.of(scene.data()));

      Diagnosis found = doctor(scene.alice, "--data", scene.data()).exits(0);

      found.found("broker", "ok", "listening at " + scene.url() + ", and is ready");
      found.found("broker", "ok", " and is sound; ").found("permissions", "ok", "yours alone");
      assertEquals(200, found.figures("broker").number("answer"));
      assertEquals(scene.url(), found.figures("broker").string("url"));
      assertTrue(found.figures("broker").number("store_bytes") > 0);
      assertEquals(before, files(Path.of(scene.data())), "nothing is left behind");
      assertEquals(0, scene.alice.run("send", "*", "and it goes on").code());
    }
  }

  @Test
  void oneThatShouldRunAndDoesNotIsToldWithTheCommandThatStartsIt() throws Exception {
    try (Scene scene = new Scene(dir)) {
      scene.stopBroker();
      Diagnosis found = doctor(scene.alice, "--data", scene.data());
      found.found("broker", "warn", "no broker runs on it; the store has ");
      found.advises("broker", "claudemesh broker --data " + scene.data());
    }
  }

  @Test
  void aDamagedStoreIsToldAndLeftAsItWas() throws Exception {
    Path data = dir.resolve("data");
    try (Scene scene = new Scene(dir)) {
      scene.stopBroker();
      Path store = data.resolve("broker.db");
      try (RandomAccessFile file = new RandomAccessFile(store.toFile(), "rw")) {
        file.setLength(file.length() - 1);
      }
      byte[] torn = Files.readAllBytes(store);

      Diagnosis found = doctor(scene.alice, "--data", data.toString());

      found.found("broker", "fail", "the store " + store + " is damaged: it ends within a page");
      found.advises("broker", "end the broker if it runs");
      assertArrayEquals(torn, Files.readAllBytes(store));
    }
  }

  @Test
  void aMeshThatOthersMayReadIsNamed() throws Exception {
    try (Scene scene = new Scene(dir)) {
      Path meshes = Path.of(scene.data()).resolve("meshes");
      Path mesh =
          meshes.resolve(files(meshes).stream().filter(n -> n.endsWith(".json")).findAny().get());
      Files.setPosixFilePermissions(mesh, PosixFilePermissions.fromString("rw-r-----"));
      Diagnosis found = doctor(scene.alice, "--data", scene.data()).exits(1);
      found.found("permissions", "fail", mesh + " is 0640, expected 0600");
    }
  }

  @Test
  void behindTlsItIsAskedByTheNameOfItsCertificateWhereverThatLeads() throws Exception {
    TestCertificates certificates = new TestCertificates(Files.createDirectory(dir.resolve("tls")));
    certificates.make("elsewhere", "san=dns:mesh.example.invalid");
    try (TlsScene scene = new TlsScene(dir, certificates, "elsewhere")) {
      String data = dir.resolve("data").toString();
      String start = "listening at wss://mesh.example.invalid:" + scene.port() + "/ws, and ";

      Diagnosis trusting = doctor(scene.alice, "--data", data, "--ca", scene.ca("elsewhere"));
      trusting.found("broker", "ok", start + "is ready");

      Diagnosis other = doctor(scene.alice, "--data", data);
      other.found("broker", "ok", start + "was not asked how it is: ");
      assertFalse(other.figures("broker").has("answer"));
    }
  }
}
