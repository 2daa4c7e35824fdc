package claudemesh.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SqliteMailboxStoreTest extends MailboxStoreContract {

  @TempDir Path dir;

  @Override
  MailboxStore open(MailboxLimits limits) throws IOException {
    Path folder = Files.createTempDirectory(dir, "store");
    return DurableStores.open(folder, time, limits).mailboxes();
  }

  @Override
  int steps() {
    return 500; // each append under way is waited for, and with it the disk
  }
}
