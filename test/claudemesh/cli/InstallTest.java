package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a service: the files, and what the service manager is told. */
final class InstallTest {

  @TempDir Path home;
  private TestCli cli;
  private Path told;

  /** A user whose service manager is a program that writes down what it is told. */
  @BeforeEach
  void aUserWithAServiceManager() throws IOException {
    told = home.resolve("told");
    cli = new TestCli(home).with("HOME", home.toString()).with("XDG_CONFIG_HOME", "");
    manager("echo \"$@\" >>'" + told + "'");
  }

  private void manager(String does) throws IOException {
    Path bin = Files.createDirectories(home.resolve("bin"));
    Path systemctl = bin.resolve("systemctl");
    Files.writeString(systemctl, "#!/bin/sh\n" + does + "\n");
    Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwx------"));
    cli.with("PATH", bin + ":/usr/bin:/bin");
  }

  private Path unit() {
    return home.resolve(".config/systemd/user/claudemesh.service");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void installWritesAUnitAndStartsItAndUninstallTakesBothBack() throws IOException {
    var installed = cli.run("install");
    assertEquals(0, installed.code(), installed.toString());
    String unit = Files.readString(unit());
    assertTrue(unit.contains("\"daemon\" \"up\""), unit);
    assertTrue(unit.contains("Restart=on-failure"), unit);
    assertTrue(unit.contains("CLAUDEMESH_CONFIG_DIR=" + home), unit);
    assertEquals(
        "--user daemon-reload\n--user enable --now claudemesh.service\n", Files.readString(told));

    Files.delete(told);
    assertEquals(0, cli.run("uninstall").code());
    assertFalse(Files.exists(unit()));
    assertEquals(
        "--user disable --now claudemesh.service\n--user daemon-reload\n", Files.readString(told));
    assertTrue(cli.run("uninstall").out().startsWith("there is no service"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aManagerThatRefusesIsNamedWithItsWordsAndTheCommandsAreShown() throws IOException {
    manager("echo 'Failed to connect to bus' >&2; exit 1");
    var result = cli.run("install");
    assertEquals(1, result.code());
    assertTrue(result.err().contains("Failed to connect to bus"), result.err());
    assertTrue(result.out().contains("  systemctl --user enable --now"), result.out());
    assertTrue(Files.exists(unit()), "the file is there all the same");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void withoutStartTheManagerIsLeftAlone() {
    assertEquals(0, cli.run("install", "--no-start", "--json").code());
    assertFalse(Files.exists(told));
    assertTrue(Files.exists(unit()));
  }

  @Test
  void printWritesNothing() {
    var printed = cli.run("install", "--print");
    assertEquals(0, printed.code());
    assertFalse(Files.exists(unit()));
    assertFalse(Files.exists(told));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void systemdFindsNothingWrongWithTheUnit() throws Exception {
    Path analyze = Path.of("/usr/bin/systemd-analyze");
    assumeTrue(Files.isExecutable(analyze), "systemd-analyze is not installed");
    Map<String, String> variables = new TreeMap<>(Map.of("CLAUDEMESH_CONFIG_DIR", "/a b/%h\"$x"));
    ServiceFile service =
        ServiceFile.systemd(List.of("/bin/sh", "a b", "100%", "daemon"), variables, home);
    Path file = Files.writeString(home.resolve("claudemesh.service"), service.text());
    Process process =
        new ProcessBuilder(analyze.toString(), "verify", "--man=no", file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(50, TimeUnit.SECONDS));
    assertFalse(said.contains("claudemesh.service:"), said);
  }

  @Test
  void theLaunchdAgentIsWellFormedWhateverThePathsAre() throws Exception {
    Map<String, String> variables = Map.of("CLAUDEMESH_CONFIG_DIR", "/a & b/<c>");
    ServiceFile service =
        ServiceFile.launchd(List.of("/x y/claudemesh", "daemon", "up"), variables, home, told);
    String withoutDoctype = service.text().replaceFirst("<!DOCTYPE[^>]*>", "");
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(withoutDoctype.getBytes(StandardCharsets.UTF_8)));
    String text = document.getDocumentElement().getTextContent();
    assertTrue(text.contains("/x y/claudemesh") && text.contains("/a & b/<c>"), text);
    assertTrue(service.path().endsWith("Library/LaunchAgents/claudemesh.daemon.plist"));
  }
}
