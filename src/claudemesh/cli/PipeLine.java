package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.protocol.Priority;
import java.util.Optional;
import java.util.UUID;

/**
 * One line of a pipe's input: what to send, to whom.
 *
 * @param number which line, from 1
 * @param id the message's identity
 * @param to a name, key, {@code *}, {@code @group}
 * @param body what it says
 * @param priority when it may be handed on
 * @param replyTo the message it answers
 */
record PipeLine(
    long number, String id, String to, String body, Priority priority, Optional<String> replyTo) {

  private static final int LONGEST_ID = 128;

  /**
   * Reads a JSON line. Fields it does not know it leaves alone, so that a received message can be
   * sent on with a new {@code to}.
   *
   * @throws JsonException if it is not an object with what is needed; says what was expected
   */
  static PipeLine ofJson(long number, String text) {
    Json json = Json.parseObject(text);
    String to = json.string("to");
    if (to.isEmpty()) {
      throw new JsonException("to: expected a name or key, found nothing");
    }
    return new PipeLine(
        number,
        json.optionalString("id").map(PipeLine::requireId).orElseGet(PipeLine::freshId),
        to,
        json.string("body"),
        priority(json.string("priority", Priority.NEXT.word())),
        json.optionalString("reply_to"));
  }

  /** A plain line, all of it the text. */
  static PipeLine ofText(long number, String text, String to) {
    return new PipeLine(number, freshId(), to, text, Priority.NEXT, Optional.empty());
  }

  private static String freshId() {
    return UUID.randomUUID().toString();
  }

  private static String requireId(String id) {
    if (id.isEmpty() || id.length() > LONGEST_ID) {
      throw new JsonException(
          "id: expected 1 to " + LONGEST_ID + " characters, found " + id.length());
    }
    return id;
  }

  private static Priority priority(String word) {
    try {
      return Priority.of(word);
    } catch (IllegalArgumentException e) {
      throw new JsonException(e.getMessage());
    }
  }

  /** How much room it takes while it waits. */
  int size() {
    return to.length() + body.length();
  }
}
