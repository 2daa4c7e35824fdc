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

  static Group decode(Json json) {
    return new Group(json.string("name"), json.optionalString("role"));
  }

  Json encode() {
    return Json.object().put("name", name).put("role", role).build();
  }
}
