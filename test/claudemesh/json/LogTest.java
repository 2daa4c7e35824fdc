package claudemesh.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @AfterEach
  void backToTheDefault() {
    Log.configure(Log.Level.WARN, false, new FileOutputStream(FileDescriptor.err));
  }

  private String written() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aLineForPipesIsOneJsonObject() {
    Log.configure(Log.Level.DEBUG, false, out);
    Log.warn("ws_ended", "host", "a\nb", "attempt", 3, "ms", 5L, "ok", true, "cause", null, "x");
    Json line = Json.parseObject(written().stripTrailing());
    assertEquals(1, written().lines().count());
    assertTrue(Instant.parse(line.string("ts")).isBefore(Instant.now().plusSeconds(60)));
    assertEquals(
        "{\"level\":\"warn\",\"event\":\"ws_ended\",\"host\":\"a\\nb\",\"attempt\":3,\"ms\":5,"
            + "\"ok\":true,\"cause\":null}",
        line.toBuilder().remove("ts").build().toString());
  }

  @Test
  void aLineForPeopleIsEscaped() {
    Log.configure(Log.Level.INFO, true, out);
    Log.error("broker_error", "code", "x", "message", "\u001b[2J\nbye");
    Log.info("ready");
    assertEquals(
        "error: broker error (code x, message \\u001b[2J\\u000abye)\ninfo: ready\n", written());
  }

  @Test
  void onlyTheLevelAskedForAndAboveAreWritten() {
    Log.configure(Log.Level.WARN, true, out);
    Log.debug("a");
    Log.info("b");
    Log.warn("c");
    Log.error("d");
    Log.configure(Log.Level.OFF, true, out);
    Log.error("e");
    assertEquals("warn: c\nerror: d\n", written());
  }

  @Test
  void anErrorForAnotherStreamIsTheSameLineAndNotInTheLog() {
    Log.configure(Log.Level.ERROR, false, out);
    Json line = Json.parseObject(Log.errorLine("failed", "exit_code", 4).orElseThrow());
    assertEquals("", written());
    Log.error("failed", "exit_code", 4);
    assertEquals(
        Json.parseObject(written().stripTrailing()).toBuilder().remove("ts").build(),
        line.toBuilder().remove("ts").build());
    Log.configure(Log.Level.OFF, false, out);
    assertEquals(Optional.empty(), Log.errorLine("failed"));
  }

  @Test
  void aLogThatCannotBeWrittenTakesNothingWithIt() {
    Log.configure(
        Log.Level.DEBUG,
        false,
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("disk full");
          }
        });
    Log.error("still_alive");
  }

  @Test
  void levelsHaveTheirNamesOnTheCommandLine() {
    assertEquals(Optional.of(Log.Level.DEBUG), Log.Level.named("debug"));
    assertEquals(Optional.of(Log.Level.OFF), Log.Level.named("off"));
    assertEquals(Optional.empty(), Log.Level.named("DEBUG"));
    assertEquals(Optional.empty(), Log.Level.named("loud"));
  }
}
