package claudemesh.protocol;

import claudemesh.json.Json;
import java.util.Optional;

/**
 * A presence's membership of a group.
 *
 * @param name the group's name, without the {@code @}
 * @param role what this presence is in it, the user's own word
 */
public record Group(String name, Optional<String> role) {

  /**
   * Reads a group.
   *
   * @param json {@code {name,role?}}
   * @return the group
   * @throws claudemesh.json.JsonException if it has no name or a field of the wrong type
   */
  public static Group decode(Json json) {
    return new Group(json.string("name"), json.optionalString("role"));
  }

  /**
   * Writes a group.
   *
   * @return {@code {name,role?}}
   */
  public Json encode() {
    return Json.object().put("name", name).put("role", role).build();
  }
}
