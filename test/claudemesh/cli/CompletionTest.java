package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import claudemesh.build.Built;
import claudemesh.build.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What shells are told to offer, and that real shells offer it. */
final class CompletionTest {

  @TempDir Path folder;

  private List<String> candidates(TestCli cli, String... words) {
    List<String> call = new ArrayList<>(List.of("completion", "--words", "--"));
    call.addAll(List.of(words));
    var result = cli.run(call.toArray(String[]::new));
    assertEquals(0, result.code(), result.err());
    return result.out().lines().map(line -> line.split("\t")[0]).toList();
  }

  private List<String> candidates(String... words) {
    return candidates(new TestCli(folder), words);
  }

  static List<String> verbs() {
    return Verbs.NAMES;
  }

  @Test
  void theFirstWordIsAVerbOrItsBeginning() {
    List<String> first = Verbs.NAMES.stream().map(name -> name.split(" ")[0]).distinct().toList();
    assertEquals(first, candidates(""));
    assertEquals(List.of("send"), candidates("sen"));
    assertEquals(List.of("list"), candidates("peer", "l"));
    assertEquals(List.of(), candidates("nonsense", ""));
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void everyFlagOfEveryVerbIsOffered(String verb) {
    List<String> words = new ArrayList<>(List.of(verb.split(" ")));
    words.add("--");
    List<String> flags = Verbs.create(verb).spec().allFlags().stream().map(Flag::dashed).toList();
    assertEquals(flags, candidates(words.toArray(String[]::new)));
  }

  @Test
  void aFlagsValueIsOneOfItsChoices() {
    assertEquals(List.of("now", "next", "low"), candidates("send", "--priority", ""));
    assertEquals(List.of("--priority=now", "--priority=next"), candidates("send", "--priority=n"));
    assertEquals(List.of("debug"), candidates("list", "--log-level", "d"));
  }

  @Test
  void filesAreLeftToTheShell() {
    assertEquals(List.of(":files"), candidates("peer", "list", "--ca", "/etc/ho"));
  }

  @Test
  void meshesAndPeersAreNamedAsTheyAreNow() throws Exception {
    try (Scene scene = new Scene(folder)) {
      scene.listeningBob();
      assertEquals(List.of(Scene.MESH), candidates(scene.alice, "leave", ""));
      assertEquals(List.of(Scene.MESH), candidates(scene.alice, "send", "--mesh", "te"));
      assertEquals(List.of("bob"), candidates(scene.alice, "send", "b"));
      assertEquals(List.of(), candidates(scene.alice, "send", "-m", "other", "b"));
      assertFalse(candidates(scene.alice, "send", "bob", "").contains("bob"), "that is the text");
    }
  }

  @Test
  void aBrokerThatIsAwayIsNoComplaint() throws Exception {
    try (Scene scene = new Scene(folder)) {
      scene.stopBroker();
      var result = scene.alice.run("completion", "--words", "--", "send", "");
      assertEquals(new TestCli.Result(0, "", ""), result);
    }
  }

  @Test
  void anUnknownShellIsAUsageError() {
    var result = new TestCli(folder).run("completion", "tcsh");
    assertEquals(2, result.code());
    assertEquals("expected a shell, bash, zsh or fish, found tcsh", result.complaint());
  }

  @Test
  void bashOffersWhatTheTableSays() throws Exception {
    String tries =
        """
        source <(claudemesh completion bash)
        try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _claudemesh; echo "${COMPREPLY[*]}"; }
        try claudemesh pe
        try claudemesh send --priority = n
        try claudemesh send --priority =
        try claudemesh peer list --ca %s/only
        """
            .formatted(folder);
    Files.createFile(folder.resolve("only-file"));
    assertEquals(
        List.of("peer", "now next", "now next low", folder + "/only-file"), shell("bash", tries));
  }

  @Test
  void fishOffersWhatTheTableSays() throws Exception {
    String tries =
        """
        claudemesh completion fish | source
        complete -C 'claudemesh sen'
        complete -C 'claudemesh send --priority=lo'
        """;
    assertEquals(List.of("send\tsend one message", "--priority=low"), shell("fish", tries));
  }

  @Test
  void zshReadsItsScript() throws Exception {
    String tries =
        """
        autoload -Uz compinit && compinit -u -D
        source <(claudemesh completion zsh)
        print -r -- ${_comps[claudemesh]}
        """;
    assertEquals(List.of("_claudemesh"), shell("zsh", tries));
  }

  /** Lines that a shell prints, with this build's launcher as {@code claudemesh}. */
  private List<String> shell(String shell, String script) throws Exception {
    assumeTrue(isInstalled(shell), shell + " is not installed");
    Path file = Files.writeString(folder.resolve("tries." + shell), script);
    Path bin = Path.of("bin").toAbsolutePath();
    var result =
        new Shell(folder)
            .with("PATH", bin + ":/usr/bin:/bin")
            .with("CLAUDEMESH_JAR", Built.jar().toString())
            .with("JAVA_HOME", System.getProperty("java.home"))
            .run(shell, file.toString());
    assertEquals(0, result.exitCode(), result.toString());
    return result.out().lines().toList();
  }

  private static boolean isInstalled(String shell) {
    return Stream.of("/usr/bin", "/bin").anyMatch(at -> Files.isExecutable(Path.of(at, shell)));
  }

  @Test
  void theManualHasEveryVerbAndFlagAndExitCode() {
    String page = new TestCli(folder).run("help", "--man").out();
    for (String name : Verbs.NAMES) {
      VerbSpec spec = Verbs.create(name).spec();
      assertTrue(page.contains("\n.SS \"claudemesh " + name), name);
      for (Flag flag : spec.flags()) {
        assertTrue(page.contains(flag.dashed().replace("-", "\\-")), name + " " + flag.name());
      }
    }
    for (ExitCode code : ExitCode.values()) {
      assertTrue(page.contains("\\fB" + code.code() + "\\fR\n" + code.meaning()), code.name());
    }
  }
}
