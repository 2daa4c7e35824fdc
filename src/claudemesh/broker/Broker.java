package claudemesh.broker;

import java.io.IOException;
import java.net.URI;

/** Skeleton. */
public final class Broker implements AutoCloseable {

  private Broker() {}

  /**
   * Takes the data folder, binds, and serves until closed.
   *
   * @param options where, and the limits
   * @return the running broker
   * @throws IOException if another broker uses the folder, a mesh's file is damaged, or the address
   *     cannot be had; the message names it and the cure
   */
  public static Broker start(BrokerOptions options) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Where clients connect.
   *
   * @return {@code ws://host:port/ws}, with the port that the system chose
   */
  public URI url() {
    throw new UnsupportedOperationException();
  }

  /**
   * The meshes it serves. Other processes may open the same folder beside it.
   *
   * @return the data folder's meshes
   */
  public MeshDirectory directory() {
    throw new UnsupportedOperationException();
  }

  /**
   * Looks at every timer: hellos overdue, presences past their grace, leases that have ended, mail
   * too old. Called by the broker itself unless its tick period is zero.
   */
  public void tick() {
    throw new UnsupportedOperationException();
  }

  /** Closes every connection with 1001, frees port and data folder. Idempotent. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
