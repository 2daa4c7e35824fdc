package claudemesh.cli;

import claudemesh.json.Json;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Holds values to the schemas of outputs, and remembers which fields it has seen: a small validator
 * of the JSON Schema keywords that {@code output.schema.json} uses. Not thread-safe.
 *
 * <p>A field is named by its output and its way in, such as {@code status meshes[].sessions.open};
 * where there are several forms, by the form: {@code connect<ack>.line}. One that may be null is
 * seen when it was something else.
 */
final class SchemaCheck {

  private static final Set<String> KEYWORDS =
      Set.of(
          "$ref",
          "title",
          "description",
          "type",
          "const",
          "enum",
          "pattern",
          "minimum",
          "properties",
          "required",
          "additionalProperties",
          "items",
          "anyOf",
          "oneOf");

  private final OutputSchemas schemas = OutputSchemas.load();
  private final Set<String> seen = new TreeSet<>();

  OutputSchemas schemas() {
    return schemas;
  }

  /** The fields of all values so far. */
  Set<String> seen() {
    return seen;
  }

  /** Fails unless a value is as the output of that name is described. */
  void check(String output, Json value) {
    Json schema =
        schemas
            .of(output)
            .orElseThrow(() -> new AssertionError("output.schema.json has no \"" + output + "\""));
    check(output, schema, value);
  }

  private void check(String where, Json schema, Json value) {
    Json found = schemas.resolve(schema);
    if (found.has("anyOf") || found.has("oneOf")) {
      checkForms(where, found, value);
      return;
    }
    require(where, "a value of the list", value, isListed(found, value));
    require(where, typesOf(found).toString(), value, isOfType(found, value));
    if (value.isString()) {
      String pattern = found.string("pattern", "");
      require(where, pattern, value, Pattern.compile(pattern).matcher(value.asString()).find());
    } else if (value.isObject()) {
      checkFields(where, found, value);
    } else if (is("array", value) && found.has("items")) {
      value.asList().forEach(item -> check(where + "[]", found.get("items").get(), item));
    } else if (is("number", value) && found.has("minimum")) {
      double least = Double.parseDouble(found.get("minimum").get().toString());
      require(where, "at least " + least, value, Double.parseDouble(value.toString()) >= least);
    }
  }

  /** The first form that fits is the one; what fits none is told for the form of its type. */
  private void checkForms(String where, Json schema, Json value) {
    AssertionError last = null;
    for (Json form : schemas.forms(schema)) {
      Set<String> before = new TreeSet<>(seen);
      try {
        check(where + mark(form), form, value);
        return;
      } catch (AssertionError e) {
        seen.retainAll(before);
        boolean telling = last == null || isListed(typeField(form), typeOf(value));
        last = telling ? e : last;
      }
    }
    throw last;
  }

  private static Json typeOf(Json value) {
    return value.isObject() ? value.get("type").orElse(value) : value;
  }

  private Json typeField(Json form) {
    Json none = Json.object().put("enum", Json.array(List.of())).build();
    return schemas.resolve(form).get("properties").flatMap(all -> all.get("type")).orElse(none);
  }

  /**
   * What tells a form from its neighbours: its type, or that it is an error; nothing for values.
   */
  private String mark(Json form) {
    if (form.has("title")
        && form.has("properties")) { // named on the spot, as the figures of checks
      return "<" + form.string("title") + ">";
    }
    Json type = typeField(form);
    if (type.has("const")) {
      return "<" + type.string("const") + ">";
    }
    boolean listed = type.has("enum") && !type.list("enum").isEmpty();
    return listed ? "<" + type.list("enum").get(0).asString() + ">" : "";
  }

  private void checkFields(String where, Json schema, Json value) {
    for (String name : schema.stringList("required")) {
      boolean there = value.names().contains(name);
      require(where, "the field " + name, value, there);
    }
    for (String name : value.names()) {
      Json field = value.get(name).orElse(Json.parse("null"));
      Json described = schema.get("properties").flatMap(all -> all.get(name)).orElse(null);
      if (described != null) {
        check(where + "." + name, described, field);
        if (!field.isNull() || typesOf(schemas.resolve(described)).equals(List.of("null"))) {
          seen.add(where + "." + name);
        }
      } else if (schema.has("additionalProperties")
          && schema.get("additionalProperties").get().isObject()) {
        check(where + ".*", schema.get("additionalProperties").get(), field);
      } else {
        boolean free = !schema.has("properties");
        require(where, "no field of the name " + name, value, free);
      }
    }
  }

  private static boolean isListed(Json schema, Json value) {
    if (schema.has("const")) {
      return schema.get("const").get().equals(value);
    }
    return !schema.has("enum") || schema.list("enum").contains(value);
  }

  private static boolean isOfType(Json schema, Json value) {
    List<String> types = typesOf(schema);
    return types.isEmpty() || types.stream().anyMatch(type -> is(type, value));
  }

  private static List<String> typesOf(Json schema) {
    if (!schema.has("type")) {
      return List.of();
    }
    return schema.get("type").get().isString()
        ? List.of(schema.string("type"))
        : schema.stringList("type");
  }

  private static boolean is(String type, Json value) {
    char first = value.toString().charAt(0);
    return switch (type) {
      case "null" -> value.isNull();
      case "string" -> value.isString();
      case "object" -> value.isObject();
      case "array" -> first == '[';
      case "boolean" -> first == 't' || first == 'f';
      case "number" -> first == '-' || Character.isDigit(first);
      case "integer" -> value.toString().matches("-?[0-9]+");
      default -> throw new AssertionError("no type of JSON Schema: " + type);
    };
  }

  private static void require(String where, String expected, Json found, boolean holds) {
    if (!holds) {
      throw new AssertionError(where + ": expected " + expected + ", found " + found);
    }
  }

  // ── what there is to see ─────────────────────────────────────────────────────────────────────

  /** All fields that an output can have. */
  Set<String> fieldsOf(String output) {
    Set<String> fields = new TreeSet<>();
    addFields(output, schemas.of(output).orElseThrow(), fields);
    return fields;
  }

  private void addFields(String where, Json schema, Set<String> fields) {
    Json found = schemas.resolve(schema);
    if (found.has("anyOf") || found.has("oneOf")) {
      schemas.forms(schema).forEach(form -> addFields(where + mark(form), form, fields));
    }
    found.get("items").ifPresent(items -> addFields(where + "[]", items, fields));
    if (found.has("properties")) {
      Json properties = found.get("properties").get();
      for (String name : properties.names()) {
        fields.add(where + "." + name);
        addFields(where + "." + name, properties.get(name).orElseThrow(), fields);
      }
    }
  }

  /** Fails at a keyword that this does not know, wherever it stands. */
  void requireKnownKeywords() {
    schemas.names().forEach(name -> requireKnown(name, schemas.of(name).orElseThrow()));
    Json definitions = schemas.definitions();
    definitions.names().forEach(name -> requireKnown(name, definitions.get(name).orElseThrow()));
  }

  private void requireKnown(String where, Json schema) {
    if (!schema.isObject()) {
      return;
    }
    for (String keyword : schema.names()) {
      if (!KEYWORDS.contains(keyword)) {
        throw new AssertionError(where + ": unknown keyword " + keyword);
      }
    }
    schemas.resolve(schema);
    schema.get("items").ifPresent(items -> requireKnown(where + "[]", items));
    if (schema.has("additionalProperties")) {
      requireKnown(where + ".*", schema.get("additionalProperties").get());
    }
    for (String forms : List.of("anyOf", "oneOf")) {
      if (schema.has(forms)) {
        schema.list(forms).forEach(form -> requireKnown(where, form));
      }
    }
    schema
        .get("properties")
        .ifPresent(
            all ->
                all.names().forEach(name -> requireKnown(where + "." + name, all.get(name).get())));
  }
}
