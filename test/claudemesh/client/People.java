package claudemesh.client;

import claudemesh.crypto.CryptoBox;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.PlainBody;
import claudemesh.crypto.Sealed;
import claudemesh.json.Json;

/** The members and sessions of the tests, and what others send them. */
final class People {

  static final String MESH = "TWCNl31sbNHWAxzhXsHAADapByyi1MLD";
  static final String ALPHA_ID = "76F2W9fai73XYuRjCQANqrOEpWzveXMQ";
  static final Ed25519KeyPair ALPHA = keys("01");
  static final Ed25519KeyPair BRAVO = keys("02");
  static final Ed25519KeyPair SESSION = keys("11");
  static final Ed25519KeyPair STRANGER = keys("77");

  private People() {}

  /** The key pair whose seed is one byte, over and over. */
  static Ed25519KeyPair keys(String hexByte) {
    return Ed25519KeyPair.fromSeedHex(hexByte.repeat(32));
  }

  static Membership alphaAt(String brokerUrl) {
    return new Membership(MESH, "rig", ALPHA_ID, ALPHA, brokerUrl);
  }

  /** A push with a box, as deployed brokers send it: nothing said of sender or target. */
  static Json.Builder boxed(
      Ed25519KeyPair from, Ed25519KeyPair to, String messageId, String clientId, String text) {
    Sealed sealed = new CryptoBox(from).seal(to.publicHex(), text);
    return push(from, messageId, sealed).put("client_message_id", clientId);
  }

  /** A push with a plain body, as deployed brokers send it: the sender is named. */
  static Json.Builder broadcast(Ed25519KeyPair from, String messageId, String text) {
    return push(from, messageId, PlainBody.encode(text))
        .put("senderName", "bravo")
        .put("senderMemberId", "m")
        .put("senderMemberPubkey", from.publicHex());
  }

  private static Json.Builder push(Ed25519KeyPair from, String messageId, Sealed body) {
    return Json.object()
        .put("type", "push")
        .put("messageId", messageId)
        .put("meshId", MESH)
        .put("senderPubkey", from.publicHex())
        .put("priority", "now")
        .put("nonce", body.nonce())
        .put("ciphertext", body.ciphertext())
        .put("createdAt", "2026-11-23T09:10:36.371Z");
  }

  static Json event(String event, String messageId, String pubkey) {
    return Json.object()
        .put("type", "push")
        .put("subtype", "system")
        .put("event", event)
        .put("eventData", Json.object().put("name", "n").put("pubkey", pubkey).build())
        .put("messageId", messageId)
        .put("meshId", MESH)
        .put("senderPubkey", "system")
        .put("priority", "low")
        .put("nonce", "")
        .put("ciphertext", "")
        .put("createdAt", "2026-11-23T09:10:36.371Z")
        .build();
  }
}
