package claudemesh.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The server's part of the opening handshake (RFC 6455 §4.2). */
final class WsHandshake {

  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String VERSION = "13";
  private static final int KEY_BYTES = 16;
  private static final int KEY_CHARACTERS = 24;

  private WsHandshake() {}

  /**
   * Checks a request and gives the header fields of the 101 that answers it. There is no extension
   * among them, and {@code Connection} says {@code Upgrade} alone: the JDK's client refuses more.
   *
   * @param head the request's head
   * @param subprotocol what to answer with, if the client offers it
   * @return the fields, in order
   * @throws HttpFailure if it is not a proper request for a WebSocket
   */
  static Map<String, String> answer(RequestHead head, Optional<String> subprotocol)
      throws HttpFailure {
    HttpHeaders headers = head.headers();
    if (!head.method().equals("GET")) {
      throw new HttpFailure(405, "expected GET, got " + head.method(), Map.of("Allow", "GET"));
    }
    if (!head.modern()
        || !headers.lists("Upgrade", "websocket")
        || !headers.lists("Connection", "upgrade")
        || !headers.all("Sec-WebSocket-Version").equals(List.of(VERSION))) {
      throw upgradeRequired();
    }
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("Upgrade", "websocket");
    answer.put("Connection", "Upgrade");
    answer.put("Sec-WebSocket-Accept", accept(requireKey(headers)));
    subprotocol
        .filter(name -> headers.lists("Sec-WebSocket-Protocol", name))
        .ifPresent(name -> answer.put("Sec-WebSocket-Protocol", name));
    return answer;
  }

  /** What proves to the client that its key was read (§4.2.2 step 5). */
  static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder()
          .encodeToString(sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  private static HttpFailure upgradeRequired() {
    return new HttpFailure(
        426,
        "expected an upgrade to WebSocket version " + VERSION,
        Map.of("Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", VERSION));
  }

  private static String requireKey(HttpHeaders headers) throws HttpFailure {
    List<String> keys = headers.all("Sec-WebSocket-Key");
    if (keys.size() != 1 || !isKey(keys.getFirst())) {
      throw new HttpFailure(400, "expected one Sec-WebSocket-Key, 16 bytes in base64");
    }
    return keys.getFirst();
  }

  private static boolean isKey(String key) {
    try {
      return key.length() == KEY_CHARACTERS && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false; // not base64
    }
  }
}
