package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import claudemesh.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * A lifecycle over a scripted transport and time of its own. {@link #run} plays the whole of it on
 * the test's thread and returns when it is closed; when the script is over, somebody calls {@code
 * close()}. The invariants are held throughout, whatever a test looks at.
 */
final class Scene {

  static final String ACK = "{\"type\":\"hello_ack\"}";

  final FakeTime time = new FakeTime();
  final FakeTransport transport = new FakeTransport(this);
  final Recorder heard = new Recorder(this::lifecycle);
  final WsOptions.Builder<Json> options =
      WsOptions.json("ws://fake.test/ws")
          .hello(attempt -> hello(attempt))
          .ack(Scene::classify)
          .listener(heard)
          .transport(transport)
          .timeAndChance(time, time, longestDelays());
  private WsLifecycle<Json> lifecycle;

  static String hello(int attempt) {
    return "{\"type\":\"hello\",\"attempt\":" + attempt + "}";
  }

  static String text(String text) {
    return "{\"text\":\"" + text + "\"}";
  }

  static String error(String code, String message) {
    return "{\"type\":\"error\",\"code\":\"" + code + "\",\"message\":\"" + message + "\"}";
  }

  static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  static HelloReply classify(Json message) {
    return switch (message.string("type", "")) {
      case "hello_ack" -> HelloReply.ACCEPTED;
      case "error" -> new HelloReply.Refused(message.string("code"), message.string("message", ""));
      default -> HelloReply.OTHER;
    };
  }

  /** Chance that always draws the ceiling, so that delays can be read from the schedule. */
  static RandomGenerator longestDelays() {
    return new Random(0) {
      private static final long serialVersionUID = 1L;

      @Override
      public long nextLong(long bound) {
        return bound - 1;
      }
    };
  }

  /** The next attempt of the script. */
  FakeConnection attempt() {
    return transport.add();
  }

  /** Draws jitter from this seed. */
  Scene seeded(long seed) {
    options.timeAndChance(time, time, new Random(seed));
    return this;
  }

  WsLifecycle<Json> lifecycle() {
    return lifecycle;
  }

  Scene run() {
    lifecycle = new WsLifecycle<>(options.build());
    lifecycle.run();
    assertEquals(WsStatus.CLOSED, lifecycle.status());
    transport.requireNoneAlive();
    return this;
  }

  /** Asks for the end, as a listener may. */
  void close() {
    lifecycle.close();
  }

  /** Sends a text that must be taken. */
  void send(String text) {
    try {
      lifecycle.send(text);
    } catch (SendRefusedException e) {
      throw new AssertionError("not taken: " + text, e);
    }
  }

  /** Sends a text that must be refused. */
  SendRefusedException.Reason refusalOf(String text) {
    try {
      lifecycle.send(text);
    } catch (SendRefusedException e) {
      return e.reason();
    }
    throw new AssertionError("was taken: " + text);
  }

  /** Does this once such a line is heard. */
  Scene when(String prefix, Runnable action) {
    heard.react(
        line -> {
          if (line.startsWith(prefix)) {
            action.run();
          }
        });
    return this;
  }

  List<String> heard() {
    return heard.lines();
  }

  Ending ending() {
    return lifecycle.lastEnding().orElseThrow();
  }

  long counted(WsCounter counter) {
    return lifecycle.counted(counter);
  }
}
