package claudemesh.json;

import com.eclipsesource.json.JsonArray;
import com.eclipsesource.json.JsonObject;
import com.eclipsesource.json.JsonValue;
import com.eclipsesource.json.ParseException;
import com.eclipsesource.json.WriterConfig;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One immutable JSON value with typed access. Every mismatch is a {@link JsonException} that names
 * the field, what was expected and what was found; minimal-json alone throws four different
 * exceptions for the same mistakes. A field that is JSON {@code null} counts as absent, because
 * deployed brokers send both (protocol.md §4). Thread-safe.
 */
public final class Json {

  // Most messages fit: a writer that starts with 16 characters copies them six times.
  private static final int LIKELY_LENGTH = 512;

  private final JsonValue value;
  private final String name;

  private Json(JsonValue value, String name) {
    this.value = value;
    this.name = name;
  }

  /**
   * Parses any JSON value.
   *
   * @param text one JSON value, nothing after it; nesting at most 1 000 deep
   * @return the value
   * @throws JsonException if it is not JSON; the message says where
   */
  public static Json parse(String text) {
    try {
      return new Json(com.eclipsesource.json.Json.parse(text), "value");
    } catch (ParseException e) {
      throw new JsonException("not JSON: " + e.getMessage());
    }
  }

  /**
   * Parses a JSON object and nothing else: frames and lines of a mesh are objects.
   *
   * @param text one JSON object
   * @return the object
   * @throws JsonException if it is not JSON, or JSON of another kind
   */
  public static Json parseObject(String text) {
    Json json = parse(text);
    if (!json.isObject()) {
      throw new JsonException("expected a JSON object, found " + json.kind());
    }
    return json;
  }

  /**
   * Starts a new object.
   *
   * @return an empty builder
   */
  public static Builder object() {
    return new Builder(new JsonObject());
  }

  /**
   * A JSON string.
   *
   * @param text its characters
   * @return the value
   */
  public static Json of(String text) {
    return new Json(com.eclipsesource.json.Json.value(text), "value");
  }

  /**
   * An array.
   *
   * @param items its elements, in order
   * @return the value
   */
  public static Json array(List<Json> items) {
    JsonArray array = new JsonArray();
    for (Json item : items) {
      array.add(item.value);
    }
    return new Json(array, "value");
  }

  /**
   * An array of strings.
   *
   * @param items its elements, in order
   * @return the value
   */
  public static Json strings(List<String> items) {
    return array(items.stream().map(Json::of).toList());
  }

  /**
   * Whether this is an object.
   *
   * @return true for an object
   */
  public boolean isObject() {
    return value.isObject();
  }

  /**
   * Whether this is a string.
   *
   * @return true for a string
   */
  public boolean isString() {
    return value.isString();
  }

  /**
   * Whether this is JSON {@code null}.
   *
   * @return true for null
   */
  public boolean isNull() {
    return value.isNull();
  }

  /**
   * Whether a field is there and not null.
   *
   * @param field its name
   * @return true if it has a value
   */
  public boolean has(String field) {
    return get(field).isPresent();
  }

  /**
   * A field of any kind.
   *
   * @param field its name
   * @return its value; empty if absent or null
   */
  public Optional<Json> get(String field) {
    return Optional.ofNullable(find(field));
  }

  // No lambdas here and below: commands of a few milliseconds read JSON, and each lambda costs them
  // a part of one.
  private Json find(String field) {
    JsonValue found = requireObject().get(field);
    return found == null || found.isNull() ? null : new Json(found, field);
  }

  private Json require(String field, String expected) {
    Json found = find(field);
    if (found == null) {
      throw missing(field, expected);
    }
    return found;
  }

  /**
   * The names of this object's fields.
   *
   * @return the names in the order written
   */
  public List<String> names() {
    return requireObject().names();
  }

  /**
   * A string field that must be there.
   *
   * @param field its name
   * @return its text
   * @throws JsonException if it is absent, null or not a string
   */
  public String string(String field) {
    return require(field, "a string").asString();
  }

  /**
   * A string field that may be absent.
   *
   * @param field its name
   * @return its text; empty if absent or null
   * @throws JsonException if it is there and not a string
   */
  public Optional<String> optionalString(String field) {
    Json found = find(field);
    return found == null ? Optional.empty() : Optional.of(found.asString());
  }

  /**
   * A string field with a default.
   *
   * @param field its name
   * @param absent what to return when it is absent or null
   * @return its text or {@code absent}
   * @throws JsonException if it is there and not a string
   */
  public String string(String field, String absent) {
    return optionalString(field).orElse(absent);
  }

  /**
   * A whole-number field that must be there.
   *
   * @param field its name
   * @return its value
   * @throws JsonException if it is absent or not a whole number of 64 bits
   */
  public long number(String field) {
    return require(field, "a whole number").asLong();
  }

  /**
   * A whole-number field that may be absent.
   *
   * @param field its name
   * @return its value; empty if absent or null
   * @throws JsonException if it is there and not a whole number of 64 bits
   */
  public OptionalLong optionalNumber(String field) {
    Json found = find(field);
    return found == null ? OptionalLong.empty() : OptionalLong.of(found.asLong());
  }

  /**
   * A boolean field with a default.
   *
   * @param field its name
   * @param absent what to return when it is absent or null
   * @return its value or {@code absent}
   * @throws JsonException if it is there and not a boolean
   */
  public boolean bool(String field, boolean absent) {
    Json found = find(field);
    return found == null ? absent : found.asBoolean();
  }

  /**
   * An array field's elements.
   *
   * @param field its name
   * @return the elements; empty if the field is absent or null
   * @throws JsonException if it is there and not an array
   */
  public List<Json> list(String field) {
    Json found = find(field);
    return found == null ? List.of() : found.asList();
  }

  /**
   * An array-of-strings field.
   *
   * @param field its name
   * @return the strings; empty if the field is absent or null
   * @throws JsonException if it is there and not an array of strings
   */
  public List<String> stringList(String field) {
    List<String> strings = new ArrayList<>();
    for (Json item : list(field)) {
      strings.add(item.asString());
    }
    return List.copyOf(strings);
  }

  /**
   * This value as a string.
   *
   * @return its characters
   * @throws JsonException if it is not a string
   */
  public String asString() {
    if (!value.isString()) {
      throw mismatch("a string");
    }
    return value.asString();
  }

  /**
   * This value as a whole number.
   *
   * @return its value
   * @throws JsonException if it is not a number, has a fraction or exponent, or needs over 64 bits
   */
  public long asLong() {
    if (!value.isNumber()) {
      throw mismatch("a whole number");
    }
    try {
      return value.asLong();
    } catch (NumberFormatException e) {
      throw new JsonException(name + ": expected a whole number of 64 bits, found another number");
    }
  }

  /**
   * This value as a boolean.
   *
   * @return its value
   * @throws JsonException if it is not a boolean
   */
  public boolean asBoolean() {
    if (!value.isBoolean()) {
      throw mismatch("true or false");
    }
    return value.asBoolean();
  }

  /**
   * This value's elements.
   *
   * @return the elements in order
   * @throws JsonException if it is not an array
   */
  public List<Json> asList() {
    if (!value.isArray()) {
      throw mismatch("an array");
    }
    JsonArray array = value.asArray();
    List<Json> items = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      items.add(new Json(array.get(i), name + "[" + i + "]"));
    }
    return items;
  }

  /**
   * A builder that starts with this object's fields, to add to or replace.
   *
   * @return a builder; this value stays as it is
   * @throws JsonException if this is not an object
   */
  public Builder toBuilder() {
    return new Builder(new JsonObject(requireObject()));
  }

  /**
   * This value on one line, with no space between tokens.
   *
   * @return JSON text
   */
  @Override
  public String toString() {
    StringWriter out = new StringWriter(LIKELY_LENGTH);
    try {
      value.writeTo(out, WriterConfig.MINIMAL);
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot fail", e);
    }
    return out.toString();
  }

  /**
   * This value over several lines, for files that people read.
   *
   * @return JSON text, indented by two spaces, ending without a newline
   */
  public String toPrettyString() {
    return value.toString(com.eclipsesource.json.PrettyPrint.indentWithSpaces(2));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Json json && value.equals(json.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  private JsonObject requireObject() {
    if (!value.isObject()) {
      throw mismatch("an object");
    }
    return value.asObject();
  }

  private JsonException missing(String field, String expected) {
    return new JsonException(field + ": expected " + expected + ", found nothing");
  }

  private JsonException mismatch(String expected) {
    return new JsonException(name + ": expected " + expected + ", found " + kind());
  }

  private String kind() {
    if (value.isObject()) {
      return "an object";
    }
    if (value.isArray()) {
      return "an array";
    }
    if (value.isString()) {
      return "a string";
    }
    if (value.isNumber()) {
      return "a number";
    }
    return value.isNull() ? "null" : "a boolean";
  }

  /** Collects the fields of one object. Not thread-safe; used once. */
  public static final class Builder {

    private JsonObject object;

    private Builder(JsonObject object) {
      this.object = object;
    }

    // set, not add: add keeps both of two fields with one name.

    /**
     * Puts a string.
     *
     * @param field the name
     * @param text the value; null leaves the field out
     * @return this builder
     */
    public Builder put(String field, String text) {
      if (text != null) {
        object.set(field, text);
      }
      return this;
    }

    /**
     * Puts a string if there is one.
     *
     * @param field the name
     * @param text the value; empty leaves the field out
     * @return this builder
     */
    public Builder put(String field, Optional<String> text) {
      if (text.isPresent()) {
        object.set(field, text.get());
      }
      return this;
    }

    /**
     * Puts a whole number.
     *
     * @param field the name
     * @param number the value
     * @return this builder
     */
    public Builder put(String field, long number) {
      object.set(field, number);
      return this;
    }

    /**
     * Puts a whole number if there is one.
     *
     * @param field the name
     * @param number the value; empty leaves the field out
     * @return this builder
     */
    public Builder put(String field, OptionalLong number) {
      if (number.isPresent()) {
        object.set(field, number.getAsLong());
      }
      return this;
    }

    /**
     * Puts a boolean.
     *
     * @param field the name
     * @param truth the value
     * @return this builder
     */
    public Builder put(String field, boolean truth) {
      object.set(field, truth);
      return this;
    }

    /**
     * Puts any value.
     *
     * @param field the name
     * @param json the value; null leaves the field out
     * @return this builder
     */
    public Builder put(String field, Json json) {
      if (json != null) {
        object.set(field, json.value);
      }
      return this;
    }

    /**
     * Puts JSON {@code null}, where a reader expects the field to be there.
     *
     * @param field the name
     * @return this builder
     */
    public Builder putNull(String field) {
      object.set(field, com.eclipsesource.json.Json.NULL);
      return this;
    }

    /**
     * Takes a field out, each time that it occurs.
     *
     * @param field the name
     * @return this builder
     */
    public Builder remove(String field) {
      // In one pass: remove() takes only the last of them, after a search through all fields.
      JsonObject rest = new JsonObject();
      object.forEach(
          member -> {
            if (!member.getName().equals(field)) {
              rest.add(member.getName(), member.getValue());
            }
          });
      object = rest;
      return this;
    }

    /**
     * The object.
     *
     * @return the finished value
     */
    public Json build() {
      return new Json(object, "value");
    }
  }
}
