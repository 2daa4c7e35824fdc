package claudemesh.daemon;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as replies and events write them. */
final class Iso {

  // Always three digits: Instant's own text has none, three, six or nine, and does not sort.
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Iso() {}

  /** ISO 8601 in UTC, with milliseconds. */
  static String of(Instant time) {
    return MILLIS.format(time);
  }
}
