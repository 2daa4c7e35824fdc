package claudemesh.protocol;

import claudemesh.json.Json;
import claudemesh.protocol.BrokerMessage.GrantsList;
import claudemesh.protocol.ClientMessage.SetGrants;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The frames about grants: what a member lets others send it. Our own words, with the map that
 * deployed brokers keep: from a sender's member key, or {@code *} for all others, to a list of
 * {@code dm} (messages for it alone) and {@code broadcast} (everyone, groups, topics).
 *
 * <pre>
 *   set_grants  {grants:{KEY|*: [dm?, broadcast?] | null}} → grants_list; null forgets an entry
 *   list_grants {}                                         → grants_list {grants:{KEY|*: […]}}
 * </pre>
 */
final class GrantsCodec {

  private static final String GRANTS = "grants";

  private GrantsCodec() {}

  static SetGrants decodeSet(Json frame, Optional<String> reqId) {
    Json grants = grants(frame);
    Map<String, Optional<List<String>>> changes = new LinkedHashMap<>();
    for (String key : grants.names()) {
      changes.put(
          key,
          grants.get(key).isPresent() ? Optional.of(grants.stringList(key)) : Optional.empty());
    }
    return new SetGrants(changes, reqId);
  }

  private static Json grants(Json frame) {
    return frame.get(GRANTS).orElse(Json.object().build());
  }

  static Json encode(Json.Builder frame, SetGrants request) {
    Json.Builder grants = Json.object();
    request
        .changes()
        .forEach(
            (key, words) ->
                words.ifPresentOrElse(
                    list -> grants.put(key, Json.strings(list)), () -> grants.putNull(key)));
    return frame.put(GRANTS, grants.build()).build();
  }

  static GrantsList decodeList(Json frame, Optional<String> reqId) {
    Json json = grants(frame);
    Map<String, List<String>> grants = new LinkedHashMap<>();
    json.names().forEach(key -> grants.put(key, json.stringList(key)));
    return new GrantsList(grants, reqId);
  }

  static Json encode(Json.Builder frame, GrantsList reply) {
    Json.Builder grants = Json.object();
    reply.grants().forEach((key, words) -> grants.put(key, Json.strings(words)));
    return frame.put(GRANTS, grants.build()).build();
  }
}
