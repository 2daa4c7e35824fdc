package claudemesh.protocol;

import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.util.OptionalLong;

/**
 * Reads the fields of a hello that the broker refuses by a name of their own: a wrong type reads as
 * absent, and the check that follows says {@code timestamp_skew} or {@code bad_session_pubkey}
 * instead of just {@code malformed}.
 */
final class Lenient {

  private Lenient() {}

  static String string(Json json, String field) {
    try {
      return json.string(field, "");
    } catch (JsonException wrongType) {
      return "";
    }
  }

  static OptionalLong number(Json json, String field) {
    try {
      return json.optionalNumber(field);
    } catch (JsonException wrongType) {
      return OptionalLong.empty();
    }
  }
}
