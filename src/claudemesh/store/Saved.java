package claudemesh.store;

/** What became of a change to a {@link MeshStateStore}. */
public sealed interface Saved {

  /** It is made, as safely as the store keeps anything. */
  record Done() implements Saved {}

  /**
   * Nothing was changed.
   *
   * @param reason why, for people
   */
  record Failed(String reason) implements Saved {}
}
