package claudemesh.cli;

import claudemesh.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All outputs field by field, for the page {@code help json}. Pure. */
final class SchemaPage {

  private static final int ANY = 4;

  private final OutputSchemas schemas;

  /**
   * One output, or several of the same form.
   *
   * @param title whose
   * @param words sentences about it
   * @param rows for each field its name, with a question mark if it may be missing, and what it is
   */
  record Block(String title, List<String> words, List<String[]> rows) {}

  SchemaPage(OutputSchemas schemas) {
    this.schemas = schemas;
  }

  /** The kinds of values that have names, and what they are. */
  List<String[]> legend() {
    List<String[]> rows = new ArrayList<>();
    Json definitions = schemas.definitions();
    for (String name : definitions.names()) {
      Json definition = definitions.get(name).orElseThrow();
      if (definition.has("title")) {
        rows.add(new String[] {definition.string("title"), definition.string("description", "")});
      }
    }
    return rows;
  }

  /** All outputs; verbs that print the same come together. */
  List<Block> blocks() {
    Map<Json, List<String>> same = new LinkedHashMap<>();
    for (String name : schemas.names()) {
      same.computeIfAbsent(schemas.of(name).orElseThrow(), first -> new ArrayList<>()).add(name);
    }
    List<Block> blocks = new ArrayList<>();
    same.forEach((schema, names) -> blocks.addAll(blocks(String.join(", ", names), schema)));
    return blocks;
  }

  private List<Block> blocks(String title, Json schema) {
    if (schemas.resolve(schema).has("oneOf")) {
      List<Block> blocks = new ArrayList<>();
      blocks.add(new Block(title, about(schema), List.of()));
      for (Json form : schemas.forms(schema)) {
        blocks.add(new Block(title + " of " + type(form), about(form), rows(form)));
      }
      return blocks;
    }
    Optional<Json> items = schemas.items(schema);
    List<Json> forms = items.map(schemas::forms).orElse(List.of(schema));
    List<String> words = new ArrayList<>();
    words.add(items.isPresent() ? "an array of objects." : "an object.");
    words.addAll(about(schema));
    for (Json other : forms.subList(1, forms.size())) {
      words.add("Or " + new SchemaShape(schemas).fields(other) + ": " + lower(other));
    }
    return List.of(new Block(title, words, rows(forms.get(0))));
  }

  private String type(Json form) {
    return "type " + words(form.get("properties").orElseThrow().get("type").orElseThrow());
  }

  private List<String> about(Json schema) {
    String words = schemas.description(schema);
    return words.isEmpty() ? List.of() : List.of(words);
  }

  private String lower(Json schema) {
    String sentence = schemas.description(schema);
    return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
  }

  private List<String[]> rows(Json schema) {
    List<String[]> rows = new ArrayList<>();
    addRows("", schema, rows);
    return rows;
  }

  private void addRows(String prefix, Json schema, List<String[]> rows) {
    Json object = schemas.resolve(schema);
    List<String> required = object.stringList("required");
    Json properties = object.get("properties").orElseThrow();
    for (String name : properties.names()) {
      Json property = properties.get(name).orElseThrow();
      String mark = required.contains(name) ? "" : "?";
      rows.add(new String[] {prefix + name + mark, what(property)});
      Optional<Json> items = schemas.items(property).filter(schemas::hasFields);
      items.ifPresent(item -> addRows(prefix + name + "[].", item, rows));
      if (schemas.hasFields(property)) {
        addRows(prefix + name + ".", property, rows);
      }
      for (Json form : schemas.titledForms(property)) {
        addRows(prefix + name + "<" + form.string("title") + ">.", form, rows);
      }
    }
  }

  /** Its type, and what it is about unless the legend says so. */
  private String what(Json property) {
    Json found = schemas.resolve(property);
    String about = schemas.description(property);
    boolean said = found.has("title") && about.equals(found.string("description", ""));
    return about.isEmpty() || said ? words(property) : words(property) + "; " + about;
  }

  private String words(Json schema) {
    Json found = schemas.resolve(schema);
    if (found.has("title")) {
      return found.string("title");
    }
    if (found.has("const")) {
      return plain(found.get("const").get());
    }
    if (found.has("enum")) {
      return String.join(", ", found.list("enum").stream().map(SchemaPage::plain).toList());
    }
    if (found.has("anyOf")) {
      return String.join(" or ", found.list("anyOf").stream().map(this::words).toList());
    }
    Json type = found.get("type").orElseThrow();
    List<String> types = type.isString() ? List.of(type.asString()) : found.stringList("type");
    if (types.size() > ANY) {
      return "any JSON";
    }
    Optional<Json> items = schemas.items(schema);
    return items.isEmpty()
        ? String.join(" or ", types)
        : "array of " + (schemas.hasFields(items.get()) ? "object" : words(items.get())) + "s";
  }

  private static String plain(Json word) {
    return word.isString() ? word.asString() : word.toString();
  }
}
