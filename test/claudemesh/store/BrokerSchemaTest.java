package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores that an older program has written. */
final class BrokerSchemaTest extends DurableStoresScene {

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anOlderStoreIsBroughtUpToDateWithItsMail(int version) throws Exception {
    Database.create(file(), BrokerSchema.LAYOUT, version);
    try (Connection old = connect();
        Statement statement = old.createStatement()) {
      statement.execute("INSERT INTO mailbox VALUES (1, 'a')");
      statement.execute(
          "INSERT INTO mail VALUES (5, 5, 1, 0, 0, NULL, NULL, 1, 1, NULL, 'old', 'sender', NULL,"
              + " NULL, 'target', 0, 11, "
              + Digest.crc("old", "sender", null, "target", "payload old")
              + ", 'payload old')");
    }
    try (DurableStores stores = open()) {
      append(stores, "new", "a");
      append(stores, behind("logged", "t", "log", null));
      assertEquals(List.of("old", "new", "logged"), claim(stores, "a", 9));
      assertEquals(List.of(), stores.meshState().all("mesh", "state"));
      assertEquals(1, stores.mailboxes().history("log", 9, Optional.empty()).size());
    }
    try (Connection now = connect()) {
      assertEquals(BrokerSchema.LAYOUT.current(), Layout.version(now));
    }
  }
}
