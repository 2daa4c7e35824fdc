package claudemesh.cli;

/** Flags that all verbs have which a daemon or a connection of their own can answer. */
final class Shared {

  static final Flag TIMEOUT =
      Flag.value(
              "timeout", "S", "give up after S seconds; unless given 10, or 30 if a daemon answers")
          .or("t");

  static final Flag[] CONNECTING = {
    VerbSpec.MESH, TIMEOUT, Network.CA, Network.CLIENT_CERT, VerbSpec.VERBOSE, VerbSpec.JSON
  };

  private Shared() {}

  /** Those and one of the verb's own, which comes first. */
  static Flag[] connecting(Flag own) {
    Flag[] flags = new Flag[CONNECTING.length + 1];
    flags[0] = own;
    System.arraycopy(CONNECTING, 0, flags, 1, CONNECTING.length);
    return flags;
  }
}
