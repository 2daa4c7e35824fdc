package claudemesh.daemon;

import claudemesh.lifecycle.TurnGate;
import java.util.concurrent.Semaphore;

/**
 * Lets a few of a mesh's sessions connect at once and the others wait, first come, first served: at
 * a start, after a broker's restart and after a wake-up alike, ten thousand sessions must neither
 * flood the broker nor run out of time in each other's way. One for each mesh, so that a mesh that
 * is down holds up no other. Thread-safe.
 */
final class ConnectGate implements TurnGate {

  /** So many sessions of all meshes together, about, may be on their way at once. */
  private static final int ALL = 96;

  private static final int FEWEST = 4;
  private static final int MOST = 32;

  private final Semaphore turns;

  /**
   * The gate of one mesh.
   *
   * @param meshes how many meshes there are to share with
   */
  ConnectGate(int meshes) {
    this.turns = new Semaphore(Math.clamp(ALL / Math.max(1, meshes), FEWEST, MOST), true);
  }

  @Override
  public void enter() throws InterruptedException {
    turns.acquire();
  }

  @Override
  public void leave() {
    turns.release();
  }
}
