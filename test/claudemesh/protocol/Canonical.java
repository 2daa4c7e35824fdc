package claudemesh.protocol;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonObject;
import com.eclipsesource.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** JSON as plain values that compare regardless of the order of fields. */
final class Canonical {

  private Canonical() {}

  static Map<String, Object> of(String text) {
    return object(Json.parse(text).asObject());
  }

  private static Map<String, Object> object(JsonObject object) {
    Map<String, Object> fields = new TreeMap<>();
    object.forEach(member -> fields.put(member.getName(), value(member.getValue())));
    return fields;
  }

  private static Object value(JsonValue value) {
    if (value.isObject()) {
      return object(value.asObject());
    }
    if (value.isArray()) {
      List<Object> items = new ArrayList<>();
      value.asArray().forEach(item -> items.add(value(item)));
      return items;
    }
    return value.isString() ? value.asString() : "literal " + value;
  }
}
