package claudemesh.protocol;

import java.util.Locale;

/** When a message may be handed on (protocol.md §5). */
public enum Priority {
  /** At once, whatever the recipient is doing. */
  NOW,
  /** Unless the recipient is working or does not want to be disturbed. */
  NEXT,
  /** Only when the recipient is idle. */
  LOW;

  /**
   * The word on the wire.
   *
   * @return {@code now}, {@code next} or {@code low}
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * A priority by its word.
   *
   * @param word as on the wire
   * @return the priority
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Priority of(String word) {
    for (Priority priority : values()) {
      if (priority.word().equals(word)) {
        return priority;
      }
    }
    throw new IllegalArgumentException("priority: expected now, next or low, found " + word);
  }
}
