package claudemesh.cli;

import claudemesh.json.Json;
import java.io.IOException;

/** {@code topic create|join|leave}; lists are {@link TopicListVerb}'s. */
final class TopicVerb implements Verb {

  private static final Flag DESCRIPTION =
      Flag.value("description", "TEXT", "one line of what it is for");

  private final String action;

  TopicVerb(String action) {
    this.action = action;
  }

  @Override
  public VerbSpec spec() {
    String name = "topic " + action;
    String example = "claudemesh " + name + " deploys";
    VerbSpec spec =
        switch (action) {
          case "create" ->
              VerbSpec.of(name, "make a topic: a conversation that is joined")
                  .flags(Shared.connecting(DESCRIPTION))
                  .about(
                      "Whoever joins it gets what is sent to #TOPIC; messages to topics are not"
                          + " encrypted. One of that name that is there already is no error.");
          case "join" ->
              VerbSpec.of(name, "get what is sent to a topic from now on")
                  .flags(Shared.CONNECTING)
                  .about(
                      "While your status is \"working\" or \"dnd\" it stays queued until you are"
                          + " \"idle\" again, unless it was sent with --priority now.");
          default ->
              VerbSpec.of(name, "get what is sent to a topic no more").flags(Shared.CONNECTING);
        };
    return spec.operands("TOPIC", 1, 1).examples(example);
  }

  @Override
  public ExitCode run(Call call) throws CliException, IOException, InterruptedException {
    String topic = bare(call.arguments().operand(0));
    Json.Builder body = Json.object().put("name", topic).put("mesh", call.mesh());
    boolean create = action.equals("create");
    if (create) {
      body.put("description", call.arguments().value(DESCRIPTION.name()));
    }
    Json done =
        MeshAccess.of(call).post(create ? "/v1/topics" : "/v1/topics/" + action, body.build());
    if (call.wantsJson()) {
      call.out().json(done);
    } else {
      String on = " #" + topic + " on " + done.string("mesh", "");
      call.out().text(Output.safe(did(done) + on));
    }
    return ExitCode.OK;
  }

  private String did(Json done) {
    return switch (action) {
      case "create" -> done.bool("created", true) ? "created" : "there was already";
      case "join" -> "joined";
      default -> "left";
    };
  }

  /** A topic's name without the {@code #} that marks it as a target. */
  static String bare(String topic) {
    return topic.startsWith("#") ? topic.substring(1) : topic;
  }
}
