package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import com.eclipsesource.json.JsonValue;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a whole process shows: what it prints, when it ends, what must be set first. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ProcessTest {

  @TempDir Path folder;

  private record Finished(int exit, List<String> out, List<String> err) {}

  private Finished run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classPath()));
    command.add(ChildProgram.class.getName());
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("it does not end: " + Files.readString(err));
    }
    return new Finished(process.exitValue(), Files.readAllLines(out), Files.readAllLines(err));
  }

  private static String classPath() {
    return Stream.of(WsLifecycle.class, ChildProgram.class, JsonValue.class)
        .map(ProcessTest::placeOf)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String placeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void L28_aProgramEndsWithItsMainThoughALifecycleStillTries() throws Exception {
    assertEquals(0, leaving().exit());
  }

  @Test
  void L27_logLinesGoToStandardErrorAndNowhereElse() throws Exception {
    Finished finished = leaving();
    assertEquals(List.of(), finished.out());
    // It waits for the third call: what is logged of that one, after it, its end may cut off.
    assertTrue(finished.err().size() >= 2, finished.err()::toString);
    for (String line : finished.err()) {
      assertEquals("ws_listener_failed", Json.parseObject(line).string("event"));
    }
  }

  private Finished leaving() throws Exception {
    return run("leaves", "ws://127.0.0.1:" + RawServer.freePort() + "/ws");
  }

  @Test
  void L26_aProxyThatAsksForBasicCredentialsGetsThem() throws Exception {
    try (RawServer target = RawServer.start(peer -> peer.open().closeAsAsked());
        RawServer proxy = RawServer.start(new ProxyScript("user:p w/1"))) {
      String with = "http://user:p%20w%2F1@127.0.0.1:" + proxy.port();
      assertEquals(List.of("open"), run("proxy", target.url(), with).out());
      String wrong = "http://user:wrong@127.0.0.1:" + proxy.port();
      Finished refused = run("proxy", target.url(), wrong);
      assertTrue(refused.out().getFirst().contains("407"), refused.out()::toString);
      assertEquals(1, target.accepted());
      assertTrue(!refused.err().toString().contains("wrong"), refused.err()::toString);
    }
  }

  @Test
  void tuneProcessSetsBuffersBasicForConnectAndHowLongDnsAnswersAreKept() throws Exception {
    String size = String.valueOf(JdkTransport.BUFFER_BYTES);
    assertEquals(List.of(size, size, size, "[]", "30", "0"), run("tuned").out());
  }

  @Test
  void aProcessOfThousandsOfConnectionsHasSmallerBuffersAndElseTheSame() throws Exception {
    String size = String.valueOf(JdkTransport.SMALL_BUFFER_BYTES);
    assertTrue(JdkTransport.SMALL_BUFFER_BYTES < JdkTransport.BUFFER_BYTES);
    assertEquals(List.of(size, size, size, "[]", "30", "0"), run("thousands").out());
  }
}
