package claudemesh.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The header fields of one message, in the order received (RFC 9110 §5). Names compare without
 * regard to case, and a name may occur more than once. Immutable and thread-safe.
 */
public final class HttpHeaders {

  /** No fields. */
  public static final HttpHeaders EMPTY = new HttpHeaders(List.of());

  // Name, value, name, value: a tenth of the memory of a map of lists, and requests have few.
  private final List<String> namesAndValues;

  private HttpHeaders(List<String> namesAndValues) {
    this.namesAndValues = List.copyOf(namesAndValues);
  }

  /**
   * Headers from alternating names and values.
   *
   * @param namesAndValues name, value, name, value, …
   * @return the headers
   * @throws IllegalArgumentException if a name has no value
   */
  public static HttpHeaders of(List<String> namesAndValues) {
    if (namesAndValues.size() % 2 != 0) {
      throw new IllegalArgumentException(
          "expected names and values in pairs, got " + namesAndValues.size() + " strings");
    }
    return new HttpHeaders(namesAndValues);
  }

  /**
   * The first value of a field.
   *
   * @param name the field's name, in any case
   * @return its value without surrounding white space; empty if there is no such field
   */
  public Optional<String> first(String name) {
    for (int i = 0; i < namesAndValues.size(); i += 2) {
      if (namesAndValues.get(i).equalsIgnoreCase(name)) {
        return Optional.of(namesAndValues.get(i + 1));
      }
    }
    return Optional.empty();
  }

  /**
   * Every value of a field.
   *
   * @param name the field's name, in any case
   * @return its values in the order received; empty if there is no such field
   */
  public List<String> all(String name) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < namesAndValues.size(); i += 2) {
      if (namesAndValues.get(i).equalsIgnoreCase(name)) {
        values.add(namesAndValues.get(i + 1));
      }
    }
    return values;
  }

  /**
   * Whether a comma-separated field lists a word, as {@code Connection: keep-alive, Upgrade} does.
   *
   * @param name the field's name, in any case
   * @param token the word, in any case
   * @return true if any of the field's values lists it
   */
  public boolean lists(String name, String token) {
    for (String value : all(name)) {
      for (String item : value.split(",")) {
        if (item.strip().equalsIgnoreCase(token)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * How many fields there are, repeated ones counted each time.
   *
   * @return the number of fields
   */
  public int size() {
    return namesAndValues.size() / 2;
  }

  /**
   * One field a line, for people; values that hold secrets are not left out.
   *
   * @return the names in lower case, and the values
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < namesAndValues.size(); i += 2) {
      text.append(namesAndValues.get(i).toLowerCase(Locale.ROOT))
          .append(": ")
          .append(namesAndValues.get(i + 1))
          .append('\n');
    }
    return text.toString();
  }
}
