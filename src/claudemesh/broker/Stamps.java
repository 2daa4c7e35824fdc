package claudemesh.broker;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** Times as they go over the wire: ISO 8601 with exactly three digits of fraction, as deployed. */
final class Stamps {

  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private Stamps() {}

  static String iso(Instant when) {
    return ISO.format(when);
  }
}
