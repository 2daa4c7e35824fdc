package claudemesh.cli;

import claudemesh.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The shape of an output in a line, for {@code help VERB} and the manual page. Pure. */
final class SchemaShape {

  private final OutputSchemas schemas;

  SchemaShape(OutputSchemas schemas) {
    this.schemas = schemas;
  }

  /** What help says of a verb's {@code --json}; empty if it has no such flag. */
  Optional<String> paragraph(VerbSpec spec) {
    boolean hasFlag = spec.flags().stream().anyMatch(flag -> flag.name().equals("json"));
    if (!hasFlag) {
      return Optional.empty();
    }
    return schemas.of(spec.name()).map(this::paragraph);
  }

  private String paragraph(Json schema) {
    if (schemas.resolve(schema).has("oneOf")) { // too much for a line: the verb's own words tell
      return "What each field is: claudemesh help json.";
    }
    Optional<Json> items = schemas.items(schema);
    String shape = items.isPresent() ? "an array of " + fields(items.get()) : fields(schema);
    String about = schema.string("description", "");
    return "With --json: "
        + shape
        + "."
        + (about.isEmpty() ? "" : " " + about)
        + " What each field is: claudemesh help json.";
  }

  /** Names in braces, a question mark behind those that may be missing. */
  String fields(Json schema) {
    Json object = schemas.resolve(schemas.forms(schema).get(0));
    List<String> required = object.stringList("required");
    List<String> names = new ArrayList<>();
    Json properties = object.get("properties").orElseThrow();
    for (String name : properties.names()) {
      String mark = required.contains(name) ? "" : "?";
      names.add("\"" + name + "\"" + mark + inside(properties.get(name).orElseThrow()));
    }
    return "{" + String.join(",", names) + "}";
  }

  private String inside(Json property) {
    Json found = schemas.resolve(property);
    Optional<Json> word = found.get("const").filter(Json::isString);
    if (word.isPresent()) {
      return ":" + word.get();
    }
    Optional<Json> items = schemas.items(property).filter(schemas::hasFields);
    if (items.isPresent()) {
      return ":[" + fields(items.get()) + "]";
    }
    return schemas.hasFields(property) ? ":" + fields(property) : "";
  }
}
