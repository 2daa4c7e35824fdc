package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The session that README shows: its commands still do what they did when it was recorded. */
@Timeout(600)
final class SessionTest {

  private static final long LIMIT_SECONDS = 570;

  /** What differs from run to run, in the order in which it is masked. */
  private static final List<String[]> MASKS =
      List.of(
          new String[] {"[0-9a-f]{8}-[0-9a-f-]{27}", "UUID"},
          new String[] {"\\b\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME"},
          new String[] {"; next try TIME", ""}, // unless it is at it just now
          new String[] {"\\b[0-9a-f]{12,64}\\b", "KEY"},
          new String[] {"\\b[0-9A-Za-z]{32}\\b", "ID"},
          new String[] {"\\b[0-9.]+ (ms|µs|s)\\b", "SPAN"},
          new String[] {"\\bpid \\d+", "pid N"},
          new String[] {"\\((?!exit code)[^)]*\\)", "(WHY)"},
          new String[] {"127\\.0\\.0\\.1:\\d+", "HOST:PORT"},
          new String[] {"daemon \\d+\\.\\d+\\.\\d+", "daemon VERSION"},
          new String[] {"[ \\t]+", " "});

  @TempDir Path dir;

  @Test
  void itsCommandsStillPrintWhatReadmeShows() throws Exception {
    Path out = dir.resolve("session.txt");
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", Path.of("test/session.sh").toAbsolutePath().toString())
            .directory(dir.toFile())
            .redirectOutput(out.toFile())
            .redirectError(dir.resolve("err").toFile());
    builder.environment().put("CLAUDEMESH_JAR", Built.jar().toString());
    builder.environment().put("XDG_CACHE_HOME", dir.toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process session = builder.start();
    assertTrue(session.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "it ends");
    String said = Files.readString(dir.resolve("err"));
    assertEquals(0, session.exitValue(), said);
    assertEquals(masked(recorded()), masked(Files.readString(out)), said);
  }

  @Test
  void whatIsMaskedIsOnlyWhatDiffersFromRunToRun() {
    String line = "sent to echo as fnR4vkDvNjs58LLciNWLzOFSHklpgto9 after 1.4 ms (pid 12)";
    assertEquals("sent to echo as ID after SPAN (WHY)", masked(line));
    assertEquals("$ claudemesh peer list --json", masked("$ claudemesh peer   list --json"));
  }

  /** The block of README that begins with the session's first command. */
  private static String recorded() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    int start = readme.indexOf("```console\n$ claudemesh up --listen :0");
    assertTrue(start >= 0, "README shows a session");
    int from = start + "```console\n".length();
    return readme.substring(from, readme.indexOf("```", from));
  }

  private static String masked(String text) {
    String masked = text;
    for (String[] mask : MASKS) {
      masked = Pattern.compile(mask[0]).matcher(masked).replaceAll(mask[1]);
    }
    return masked;
  }
}
