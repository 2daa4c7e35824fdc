package claudemesh.store;

import java.time.Instant;
import java.util.Objects;

/**
 * One thing that a mesh knows besides its messages: a shared value, a remembered text, what a seat
 * brought along, a grant. What the kinds and texts mean is the caller's.
 *
 * @param mesh the mesh's id
 * @param kind what kind of thing, such as {@code state}
 * @param key which of that kind
 * @param value the text, at most {@link #MOST_CHARS} long
 * @param by whose it is
 * @param at since when, kept to the millisecond
 */
public record MeshFact(String mesh, String kind, String key, String value, String by, Instant at) {

  /** The longest {@link #value}. */
  public static final int MOST_CHARS = 1 << 18;

  /** The longest of the other texts. */
  public static final int MOST_NAME_CHARS = 1_024;

  /** Checks. */
  public MeshFact {
    requireName("mesh", mesh);
    requireName("kind", kind);
    requireName("key", key);
    requireName("by", by);
    Objects.requireNonNull(at, "at");
    if (value.length() > MOST_CHARS) {
      throw new IllegalArgumentException(
          "value: expected at most " + MOST_CHARS + " characters, got " + value.length());
    }
  }

  private static void requireName(String what, String text) {
    if (text.length() > MOST_NAME_CHARS) {
      throw new IllegalArgumentException(
          what + ": expected at most " + MOST_NAME_CHARS + " characters, got " + text.length());
    }
  }
}
