package claudemesh.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.protocol.SigningTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Plays what deployed clients once said to a deployed broker, signed afresh, and checks that
 * everything that broker answered is answered here too: the same fields with the same values, but
 * for ids and times.
 */
final class Replay {

  /** Values that differ from run to run, or are words for people. */
  private static final Set<String> FREE =
      Set.of(
          "presenceId",
          "messageId",
          "id",
          "createdAt",
          "connectedAt",
          "updatedAt",
          "rememberedAt",
          "revokedAt",
          "lastSeenAt",
          "deliveredAt",
          "restoredStats",
          "error",
          "message");

  private static final Set<String> GENERATED = Set.of("messageId", "id", "presenceId");

  private final BrokerRig rig;
  private final Predicate<Json> differs;
  private final Map<String, TestPeer> peers = new HashMap<>();
  private final Map<String, List<Json>> unread = new HashMap<>();
  private final Map<String, Ed25519KeyPair> sessions = new HashMap<>();
  private final Map<String, String> translations = new LinkedHashMap<>();
  private final Map<String, Ed25519KeyPair> keys = new HashMap<>();
  private int checked;

  /** A replay that passes over recorded answers where ours is meant to differ. */
  Replay(BrokerRig rig, Predicate<Json> differs) {
    this.rig = rig;
    this.differs = differs;
    for (Ed25519KeyPair key :
        List.of(BrokerRig.ALPHA, BrokerRig.BRAVO, BrokerRig.CHARLIE, BrokerRig.DELTA)) {
      keys.put(key.publicHex(), key);
    }
  }

  /** Plays the lines from the first that is told to the last; returns how many answers fitted. */
  int play(Path file, int last) throws IOException {
    List<String> lines = Files.readAllLines(file);
    for (String line : lines.subList(0, Math.min(last, lines.size()))) {
      Json event = Json.parseObject(line);
      if (event.has("conn") && !event.has("control")) {
        play(event, event.string("conn"));
      }
    }
    return checked;
  }

  private void play(Json event, String conn) {
    switch (event.string("dir")) {
      case "open" -> {
        peers.put(conn, rig.connect());
        unread.put(conn, new ArrayList<>());
      }
      case "out" -> {
        Json frame = event.get("frame").orElseThrow();
        if (frame.isObject()) {
          peers.get(conn).say(signed(translated(frame)));
        }
      }
      case "in" -> {
        if (event.has("frame") && !differs.test(event)) {
          check(translated(event.get("frame").orElseThrow()), conn);
        }
      }
      case "close" -> close(event, conn);
      case "note" -> {}
      default -> throw new AssertionError(event);
    }
  }

  private void close(Json event, String conn) {
    long code = event.number("code");
    if (code == 1006) {
      peers.get(conn).abort();
    } else if (!differs.test(event)) {
      assertEquals(code + " " + event.string("reason", ""), peers.get(conn).ending());
      checked++;
    }
  }

  private Json translated(Json frame) {
    learnPeople(frame);
    String text = frame.toString();
    for (Map.Entry<String, String> entry : translations.entrySet()) {
      text = text.replace(entry.getKey(), entry.getValue());
    }
    return Json.parseObject(text);
  }

  private void learnPeople(Json frame) {
    String type = frame.string("type", "");
    if (type.equals("hello")) {
      translations.put(frame.string("meshId"), rig.meshId);
      learnMember(frame.string("memberId"), frame.string("pubkey"));
    } else if (type.equals("session_hello")) {
      frame
          .optionalString("parentMemberId")
          .ifPresent(id -> learnMember(id, frame.string("parentMemberPubkey")));
      String recorded = frame.string("sessionPubkey");
      Ed25519KeyPair ours = sessions.computeIfAbsent(recorded, key -> Ed25519KeyPair.generate());
      translations.put(recorded, ours.publicHex());
      keys.put(ours.publicHex(), ours);
    }
  }

  private void learnMember(String memberId, String pubkey) {
    translations.put(memberId, rig.member(keys.get(pubkey)).memberId());
  }

  private Json signed(Json frame) {
    long now = rig.time.wallTime().toEpochMilli();
    return switch (frame.string("type", "")) {
      case "hello" -> {
        Ed25519KeyPair key = keys.get(frame.string("pubkey"));
        String text =
            SigningTexts.hello(
                frame.string("meshId"), frame.string("memberId"), key.publicHex(), now);
        yield frame.toBuilder().put("timestamp", now).put("signature", key.sign(text)).build();
      }
      case "session_hello" -> {
        Ed25519KeyPair key = keys.get(frame.string("sessionPubkey"));
        Ed25519KeyPair parent = keys.get(frame.string("parentMemberPubkey"));
        String text =
            SigningTexts.sessionHello(
                frame.string("meshId"), parent.publicHex(), key.publicHex(), now);
        yield frame.toBuilder()
            .put("timestamp", now)
            .put("signature", key.sign(text))
            .put(
                "parentAttestation",
                Hellos.attestation(
                    parent, key.publicHex(), rig.time.wallTime().plusSeconds(43_200)))
            .build();
      }
      default -> frame;
    };
  }

  private void check(Json recorded, String conn) {
    Json ours = find(recorded, conn);
    boolean rows = recorded.string("type").equals("peers_list");
    if (!rows) { // the rows of a member are wrong on deployed brokers, and ours are tested
      // elsewhere
      compare(recorded, ours, recorded.string("type"));
    }
    learnIds(recorded, ours);
    checked++;
  }

  private void learnIds(Json recorded, Json ours) {
    for (String field : GENERATED) {
      recorded
          .get(field)
          .filter(value -> ours.has(field) && value.toString().length() >= 32)
          .ifPresent(value -> translations.put(recorded.string(field), ours.string(field)));
    }
  }

  private Json find(Json recorded, String conn) {
    List<Json> heard = unread.get(conn);
    for (Json frame : heard) {
      if (answers(recorded, frame)) {
        heard.remove(frame);
        return frame;
      }
    }
    try {
      Json frame = peers.get(conn).next();
      while (!answers(recorded, frame)) {
        heard.add(frame);
        frame = peers.get(conn).next();
      }
      return frame;
    } catch (AssertionError e) {
      throw new AssertionError(conn + " waits for " + recorded + ", has " + heard, e);
    }
  }

  private static boolean answers(Json recorded, Json frame) {
    for (String field :
        List.of("type", "_reqId", "event", "key", "code", "client_message_id", "ciphertext")) {
      if (recorded.has(field)
          && !recorded.get(field).equals(frame.has(field) ? frame.get(field) : null)) {
        return false;
      }
    }
    return !recorded.string("type").equals("ack")
        || recorded.has("_reqId")
        || recorded.string("id").equals(frame.string("id"));
  }

  private static void compare(Json recorded, Json ours, String where) {
    if (!recorded.isObject()) {
      assertEquals(recorded, ours, where);
      return;
    }
    for (String field : recorded.names()) {
      String path = where + "." + field;
      assertTrue(ours.names().contains(field), path + " is missing in " + ours);
      if (!FREE.contains(field) && recorded.has(field)) {
        compareValues(recorded.get(field).orElseThrow(), ours.get(field).orElseThrow(), path);
      }
    }
  }

  private static void compareValues(Json recorded, Json ours, String path) {
    if (recorded.toString().startsWith("[{")) {
      List<Json> expected = recorded.asList();
      List<Json> actual = ours.asList();
      assertEquals(expected.size(), actual.size(), path + " in " + ours);
      for (int i = 0; i < expected.size(); i++) {
        compare(expected.get(i), actual.get(i), path + "[" + i + "]");
      }
    } else {
      compare(recorded, ours, path);
    }
  }
}
