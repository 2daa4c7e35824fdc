package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.SocketException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What people read when the network fails. */
final class NetworkWordsTest {

  private static ConnectException refused(Throwable cause) {
    ConnectException refused = new ConnectException(cause == null ? null : cause.getMessage());
    refused.initCause(cause);
    return refused;
  }

  @Test
  void aProcessWithoutFilesLeftIsNotTakenForAServerThatRefuses() {
    String words =
        NetworkWords.of(
            new CompletionException(refused(new SocketException("Too many open files"))));
    assertTrue(words.contains("ulimit -n"), words);
  }

  @Test
  void whoeverRefusesIsSaidToListenToNobody() {
    assertEquals(
        "connection refused: nothing listens there, or a firewall is in between",
        NetworkWords.of(refused(null)));
  }
}
