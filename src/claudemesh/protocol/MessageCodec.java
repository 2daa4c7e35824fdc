package claudemesh.protocol;

import claudemesh.json.Json;
import claudemesh.json.JsonException;

/**
 * The one place where frames become messages and back (protocol.md §3 to §6). A client decodes with
 * {@link #decodeFromBroker} and a broker with {@link #decodeFromClient}: some types, like {@code
 * ack}, could stand on either side, so the direction decides. Pure and thread-safe.
 */
public final class MessageCodec {

  private MessageCodec() {}

  /**
   * Reads what a broker sent.
   *
   * @param text one text frame
   * @return the message; a type we do not know is {@link BrokerMessage.Unknown}
   * @throws JsonException if it is not a JSON object or a known type lacks a field
   */
  public static BrokerMessage decodeFromBroker(String text) {
    return BrokerCodec.decode(Json.parseObject(text));
  }

  /**
   * Reads what a client sent.
   *
   * @param text one text frame
   * @return the message; a type we do not know is {@link ClientMessage.Unknown}
   * @throws JsonException if it is not a JSON object or a known type lacks a field
   */
  public static ClientMessage decodeFromClient(String text) {
    return decodeFromClient(Json.parseObject(text));
  }

  /**
   * Reads what a client sent, already parsed.
   *
   * @param frame one JSON object
   * @return the message
   * @throws JsonException if a known type lacks a field
   */
  public static ClientMessage decodeFromClient(Json frame) {
    return ClientCodec.decode(frame);
  }

  /**
   * Writes a message.
   *
   * @param message either side's
   * @return the text of one frame
   */
  public static String encode(Message message) {
    return switch (message) {
      case ClientMessage client -> ClientCodec.encode(client).toString();
      case BrokerMessage broker -> BrokerCodec.encode(broker).toString();
    };
  }
}
