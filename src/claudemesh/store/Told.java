package claudemesh.store;

import claudemesh.store.GroupCommit.WhenFull;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * A change that a future tells of: its result once on disk, or an {@link IOException} for people.
 * May be submitted again after it failed; the future has been told by then.
 *
 * @param <T> what the future tells
 */
abstract class Told<T> implements Change {

  final CompletableFuture<T> future = new CompletableFuture<>();

  /** What to tell; set while writing. */
  T result;

  private String failure;

  final CompletableFuture<T> submitTo(GroupCommit commits) {
    failure = null;
    if (!commits.submit(this, 0, WhenFull.TAKE)) {
      future.completeExceptionally(new IOException("the store is closed"));
    }
    return future;
  }

  @Override
  public void rolledBack(String why) {
    failure = why;
  }

  @Override
  public void tell() {
    if (failure != null) {
      future.completeExceptionally(new IOException(failure));
    } else {
      future.complete(result);
    }
  }
}
