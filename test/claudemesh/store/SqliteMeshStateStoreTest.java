package claudemesh.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteMeshStateStoreTest extends MeshStateStoreContract {

  @TempDir Path dir;
  private DurableStores stores;

  @BeforeEach
  void open() throws IOException {
    stores = DurableStores.open(dir, new TestClock(), MailboxLimits.DEFAULT);
  }

  @AfterEach
  void close() {
    stores.close();
  }

  @Override
  MeshStateStore store() {
    return stores.meshState();
  }

  @Test
  void factsOutliveTheProcess() throws IOException {
    MeshFact fact = fact("m", "state", "k", "\u0000 ' \uD83D\uDE00");
    put(fact);
    stores.close();
    open();
    assertEquals(Optional.of(fact), store().find("m", "state", "k"));
  }

  @Test
  void aClosedStoreSaysSo() {
    stores.close();
    List<Saved> told = new ArrayList<>();
    store().put(fact("m", "state", "k", "1"), told::add);
    store().remove("m", "state", "k", told::add);
    assertEquals(2, told.size());
    told.forEach(saved -> assertInstanceOf(Saved.Failed.class, saved));
  }
}
