package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import claudemesh.json.Log;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** A broker's stores in a folder of the test's own, and its database opened beside them. */
abstract class DurableStoresScene {

  static final MailboxLimits LIMITS =
      new MailboxLimits(10_000, 10_000, 1 << 30, Duration.ofDays(30), 10_000);

  @TempDir Path dir;

  final TestClock time = new TestClock();

  DurableStores open() throws IOException {
    return DurableStores.open(dir, time, LIMITS);
  }

  Path file() {
    return dir.resolve("broker.db");
  }

  static Appended append(DurableStores stores, String id, String... boxes) {
    return append(stores, id, 0, boxes);
  }

  static Appended append(DurableStores stores, String id, int urgency, String... boxes) {
    NewMessage message =
        new NewMessage(
            id,
            "sender",
            Optional.of("client " + id),
            "target",
            urgency,
            List.of(boxes),
            "payload " + id,
            Instant.EPOCH);
    return MailboxStoreContract.appended(stores.mailboxes(), message).join();
  }

  static List<String> claim(DurableStores stores, String box, int most) {
    Claim claim = new Claim(box, "me", Duration.ofSeconds(30), 2, most, 1 << 30);
    return stores.mailboxes().claim(claim).stream()
        .map(
            message -> {
              assertEquals("payload " + message.messageId(), message.payload());
              return message.messageId();
            })
        .toList();
  }

  static NewMessage behind(String id, String target, String log, String after) {
    return new NewMessage(
        id,
        "sender",
        Optional.of("client " + id),
        target,
        0,
        List.of("a"),
        "payload " + id,
        Instant.EPOCH,
        Optional.ofNullable(log),
        Optional.ofNullable(after).map(before -> "client " + before));
  }

  static Appended append(DurableStores stores, NewMessage message) {
    return MailboxStoreContract.appended(stores.mailboxes(), message).join();
  }

  void change(String command) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(command);
    }
  }

  Connection connect() throws SQLException {
    return JDBC.createConnection("jdbc:sqlite:" + file(), new Properties());
  }

  interface Work {
    void run() throws IOException;
  }

  static void quietly(Work work) throws IOException {
    logged(work);
  }

  static String logged(Work work) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    Log.configure(Log.Level.WARN, false, lines);
    try {
      work.run();
    } finally {
      Log.configure(Log.Level.WARN, false, new FileOutputStream(FileDescriptor.err));
    }
    return lines.toString(StandardCharsets.UTF_8);
  }
}
