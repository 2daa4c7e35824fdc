package claudemesh.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.http.Refusal;
import claudemesh.json.Log;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever is refused is counted; the log hears of it, but not of a flood. */
class RefusalsTest {

  private final TestTime time = new TestTime();
  private final Metrics metrics = new Metrics();
  private final Refusals refusals = new Refusals(metrics, time);
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    Log.configure(Log.Level.WARN, false, log);
  }

  @AfterEach
  void listenNoMore() {
    Log.configure(Log.Level.WARN, false, System.err);
  }

  private List<String> lines() {
    return log.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aFloodIsCountedWholeAndLoggedInPart() {
    for (int i = 0; i < 1_000; i++) {
      refusals.refused(Refusal.TLS, "192.0.2.1:5", "no TLS");
    }
    refusals.refused(Refusal.SLOW, "192.0.2.2:5", "slow");
    assertEquals(Refusals.LOGGED_A_MINUTE + 1, lines().size());
    assertTrue(
        metrics.page().contains("rejected_total{reason=\"tls_handshake\"} 1000\n"), metrics.page());
    time.advance(Duration.ofSeconds(61));
    refusals.refused(Refusal.TLS, "192.0.2.3:5", "no TLS");
    List<String> later = lines().subList(Refusals.LOGGED_A_MINUTE + 1, lines().size());
    assertEquals(2, later.size());
    assertTrue(later.get(0).contains("\"refused_more\",\"why\":\"tls_handshake\",\"count\":990"));
    assertTrue(later.get(1).contains("192.0.2.3:5"), later.get(1));
  }

  @Test
  void idsAreNamedAndWhatOnlyClaimsToBeOneIsNot() {
    refusals.refused(
        "unauthorized",
        "192.0.2.1:5",
        "the hello was refused",
        List.of("mesh", "aZ09", "member", "a message, or a secret"));
    String line = lines().getFirst();
    assertTrue(line.contains("\"from\":\"192.0.2.1:5\""), line);
    assertTrue(line.contains("\"mesh\":\"aZ09\""), line);
    assertTrue(!line.contains("a message"), line);
  }
}
