package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What verbs print for programs, as JSON Schema (draft 2020-12): one document, {@code
 * output.schema.json}, whose property NAME describes what the verb NAME prints. Help, the manual
 * page and {@code help json} are made of it, and tests hold every verb to it. Immutable.
 */
final class OutputSchemas {

  /** The name under which a line of standard error is described. */
  static final String STANDARD_ERROR = "standard-error";

  private static final String RESOURCE = "/claudemesh/cli/output.schema.json";
  private static final String DEFINITIONS = "#/$defs/";

  private final Json document;

  private OutputSchemas(Json document) {
    this.document = document;
  }

  /** Reads the document of this build. */
  static OutputSchemas load() {
    return new OutputSchemas(Json.parseObject(text()));
  }

  /** The document as it is in this build. */
  static String text() {
    try (InputStream in = OutputSchemas.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException("this build has no " + RESOURCE + ": build it with make");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whose outputs are described, in the order of the document. */
  List<String> names() {
    return document.get("properties").orElseThrow().names();
  }

  /** The schema of an output; empty if there is none of that name. */
  Optional<Json> of(String name) {
    return document.get("properties").orElseThrow().get(name);
  }

  /** The shared definitions. */
  Json definitions() {
    return document.get("$defs").orElseThrow();
  }

  /** The schema that one refers to, however many steps away; itself if it refers to none. */
  Json resolve(Json schema) {
    Json found = schema;
    while (found.has("$ref")) {
      String reference = found.string("$ref");
      if (!reference.startsWith(DEFINITIONS)) {
        throw new IllegalStateException("expected " + DEFINITIONS + "NAME, found " + reference);
      }
      found =
          definitions()
              .get(reference.substring(DEFINITIONS.length()))
              .orElseThrow(() -> new IllegalStateException("no such definition: " + reference));
    }
    return found;
  }

  /** What a schema is about in words: its own, else those of what it refers to; maybe empty. */
  String description(Json schema) {
    return schema.string("description", resolve(schema).string("description", ""));
  }

  /** The schema of an array's items; empty if it describes no array of one kind. */
  Optional<Json> items(Json schema) {
    return resolve(schema).get("items");
  }

  /** What a schema chooses from, whichever way it says so; itself alone if it has one form only. */
  List<Json> forms(Json schema) {
    Json found = resolve(schema);
    return found.has("oneOf")
        ? found.list("oneOf")
        : found.has("anyOf") ? found.list("anyOf") : List.of(schema);
  }

  /** The objects that a schema chooses from and names on the spot; none if it does not so. */
  List<Json> titledForms(Json schema) {
    return forms(schema).stream()
        .filter(form -> form.has("title") && form.has("properties"))
        .toList();
  }

  /** Whether a schema describes an object whose fields are named. */
  boolean hasFields(Json schema) {
    return resolve(schema).has("properties");
  }
}
