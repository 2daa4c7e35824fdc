package claudemesh.protocol;

import claudemesh.crypto.Keys;

/** Whom a message is for: the {@code targetSpec} of a send (protocol.md §5). */
public sealed interface Target {

  /**
   * One member or one session; its body is a box.
   *
   * @param pubkey 64 lowercase hex digits
   */
  record Peer(String pubkey) implements Target {
    @Override
    public String spec() {
      return pubkey;
    }
  }

  /** Everybody on the mesh; its body is not encrypted. */
  record Everyone() implements Target {
    @Override
    public String spec() {
      return "*";
    }
  }

  /**
   * Everybody in a group; its body is not encrypted.
   *
   * @param name the group's name; {@code all} is everybody
   */
  record ToGroup(String name) implements Target {
    @Override
    public String spec() {
      return "@" + name;
    }
  }

  /**
   * Everybody in a topic; its body is not encrypted.
   *
   * @param id the topic's id
   */
  record ToTopic(String id) implements Target {
    @Override
    public String spec() {
      return "#" + id;
    }
  }

  /**
   * The target as it goes over the wire.
   *
   * @return the {@code targetSpec}
   */
  String spec();

  /**
   * Whether the body is boxed for one key.
   *
   * @return true for {@link Peer}
   */
  default boolean isBoxed() {
    return this instanceof Peer;
  }

  /**
   * Reads a {@code targetSpec}. Display names are no targets: the client resolves them from the
   * peer list first.
   *
   * @param spec as on the wire
   * @return the target
   * @throws IllegalArgumentException if it is none of the four forms
   */
  static Target parse(String spec) {
    if (spec.equals("*")) {
      return new Everyone();
    }
    if (spec.startsWith("@") && spec.length() > 1) {
      return new ToGroup(spec.substring(1));
    }
    if (spec.startsWith("#") && spec.length() > 1) {
      return new ToTopic(spec.substring(1));
    }
    if (Keys.isPublicHex(spec)) {
      return new Peer(spec);
    }
    throw new IllegalArgumentException(
        "target: expected 64 lowercase hex digits, *, @group or #topic, found \"" + spec + "\"");
  }
}
