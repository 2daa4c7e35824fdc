package claudemesh.cli;

import claudemesh.json.Json;

/** Tells again and again who is on the meshes of a call. Used by one thread. */
interface PeerSource extends AutoCloseable {

  /**
   * Begins to hear of what happens; once, before the first look. Does not wait.
   *
   * @param poke run on threads of its own when something may have changed; it must be quick
   * @throws CliException if there is nobody to ask
   */
  void begin(Runnable poke) throws CliException;

  /**
   * Who is there now.
   *
   * @return {@code {"peers":[…],"errors"?:[{"mesh","error"}]}}, the rows as the daemon has them; a
   *     mesh that cannot be asked now is among the errors
   * @throws CliException if that cannot be had at all, now or later
   */
  Json look() throws CliException, InterruptedException;

  @Override
  void close();
}
