package claudemesh.example;

import claudemesh.json.Json;
import claudemesh.lifecycle.Ending;
import claudemesh.lifecycle.HelloReply;
import claudemesh.lifecycle.SendRefusedException;
import claudemesh.lifecycle.StatusChange;
import claudemesh.lifecycle.WsLifecycle;
import claudemesh.lifecycle.WsListener;
import claudemesh.lifecycle.WsOptions;
import claudemesh.lifecycle.WsStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Prints what is told about a topic, for ever: FollowFeed URL TOPIC HELLO-FILE. */
public final class FollowFeed implements WsListener<Json> {

  private final String topic;
  private WsLifecycle<Json> feed;

  private FollowFeed(String topic) {
    this.topic = topic;
  }

  public static void main(String[] args) throws InterruptedException {
    FollowFeed follower = new FollowFeed(args[1]);
    WsOptions<Json> options =
        WsOptions.json(args[0])
            .hello(attempt -> Files.readString(Path.of(args[2])).strip()) // read afresh each time
            .ack(FollowFeed::classify)
            .listener(follower)
            .build();
    try (WsLifecycle<Json> feed = WsLifecycle.create(options)) {
      follower.feed = feed;
      feed.begin();
      feed.awaitClosed(Duration.ofDays(365));
      System.err.println("over: " + feed.lastEnding().map(Ending::words).orElse("a year has gone"));
    }
  }

  /**
   * What the server says to the hello: it is let in, it is not, or that was about something else.
   */
  private static HelloReply classify(Json reply) {
    return switch (reply.string("type", "")) {
      case "hello_ack" -> HelloReply.ACCEPTED;
      case "error" -> new HelloReply.Refused(reply.string("code", ""), reply.string("why", ""));
      default -> HelloReply.OTHER;
    };
  }

  /** A server forgets its subscribers with their connections: each time it opens, say it again. */
  @Override
  public void onStatus(StatusChange change) {
    String why = change.cause().map(cause -> ": " + cause.words()).orElse("");
    System.err.println(change.status().word() + why);
    if (change.status() == WsStatus.OPEN) {
      try {
        feed.send(Json.object().put("type", "subscribe").put("topic", topic).build().toString());
      } catch (SendRefusedException lost) {
        System.err.println("lost again, " + lost.getMessage()); // the next opening makes up for it
      }
    }
  }

  @Override
  public void onMessage(Json message) {
    System.out.println(message.string("text"));
  }
}
