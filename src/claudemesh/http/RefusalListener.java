package claudemesh.http;

/** Hears of what a server refuses by itself, to count and to log it. */
@FunctionalInterface
public interface RefusalListener {

  /** Hears nothing. */
  RefusalListener NONE = (why, peer, words) -> {};

  /**
   * Something was refused. Called on the thread that refuses, from several at once; must not block.
   *
   * @param why the kind of it
   * @param peer who was refused, {@code address:port}
   * @param words what was wrong; nothing that the peer sent is in it
   */
  void refused(Refusal why, String peer, String words);
}
