package claudemesh.store;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** One round of giving messages up, which whoever asked for it waits for. */
final class GivingUp implements Change {

  private final Search search;
  private final Consumer<List<CachedEntry>> onDead;
  private final CompletableFuture<DeadLetters.GivenUp> done = new CompletableFuture<>();
  private DeadLetters.GivenUp found;

  /** A look for messages to be given up, on the writer's thread. */
  @FunctionalInterface
  interface Search {
    DeadLetters.GivenUp run() throws SQLException;
  }

  /**
   * A round to be submitted.
   *
   * @param search finds them and gives them up
   * @param onDead hears of their rows once that is on disk, on the writer's thread
   */
  GivingUp(Search search, Consumer<List<CachedEntry>> onDead) {
    this.search = search;
    this.onDead = onDead;
  }

  /** Waits for it; nothing was given up if the store could not write. */
  DeadLetters.GivenUp outcome() {
    return done.join();
  }

  @Override
  public void write() throws SQLException {
    found = search.run();
  }

  @Override
  public void committed() {
    try {
      onDead.accept(found.entries());
    } finally {
      done.complete(found);
    }
  }

  @Override
  public void rolledBack(String why) {
    done.complete(new DeadLetters.GivenUp(0, List.of(), false)); // the next call tries again
  }
}
