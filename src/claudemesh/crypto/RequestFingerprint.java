package claudemesh.crypto;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The hash that binds what a send asked for, so that an idempotency key used again for something
 * else is noticed (protocol.md §5).
 *
 * <p>SHA-256 over seven fields with a zero byte between each two:
 *
 * <pre>
 *   "1"  kind  ref  replyTo  priority  meta  SHA-256(body)
 *        │     │    │        │         │     └ 32 raw bytes, of the body's UTF-8
 *        │     │    │        │         └ JSON with sorted keys and no spaces, empty if there is none
 *        │     │    │        └ now, next or low
 *        │     │    └ identifier of the message replied to, empty if there is none
 *        │     └ the target as the user wrote it: a name, a key, *, @group, #topic
 *        └ dm for one peer, topic for all others
 *   └ version of the layout
 * </pre>
 *
 * <p>Measured: {@code dm} to a name, {@code topic} to {@code *}, with and without meta. Taken from
 * the deployed system's public design text, as no recorded frame shows them: what the fourth field
 * holds, and which kinds there are (it also names {@code queue}).
 *
 * <p>A zero byte inside a field is not escaped: two requests that differ only in where such a byte
 * stands have the same fingerprint.
 */
public final class RequestFingerprint {
  private static final String VERSION = "1";

  private RequestFingerprint() {}

  /**
   * The fingerprint of a request that replies to nothing.
   *
   * @param kind {@code dm} or {@code topic}
   * @param ref the target as the user wrote it
   * @param priority {@code now}, {@code next} or {@code low}
   * @param metaJsonOrNull canonical JSON (keys sorted, no spaces), or null
   * @param body the text to send
   * @return 64 lowercase hex digits
   */
  public static String of(
      String kind, String ref, String priority, String metaJsonOrNull, String body) {
    return of(kind, ref, null, priority, metaJsonOrNull, body);
  }

  /**
   * The fingerprint of any request.
   *
   * @param kind {@code dm} or {@code topic}
   * @param ref the target as the user wrote it
   * @param replyToIdOrNull the message replied to, or null
   * @param priority {@code now}, {@code next} or {@code low}
   * @param metaJsonOrNull canonical JSON (keys sorted, no spaces), or null
   * @param body the text to send
   * @return 64 lowercase hex digits
   */
  public static String of(
      String kind,
      String ref,
      String replyToIdOrNull,
      String priority,
      String metaJsonOrNull,
      String body) {
    MessageDigest digest = sha256();
    String[] fields = {
      VERSION, kind, ref, orEmpty(replyToIdOrNull), priority, orEmpty(metaJsonOrNull)
    };
    for (String field : fields) {
      digest.update(utf8(field));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest(sha256().digest(utf8(body))));
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }
}
