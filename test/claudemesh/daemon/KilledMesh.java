package claudemesh.daemon;

import claudemesh.broker.Hellos;
import claudemesh.broker.JoinResult;
import claudemesh.broker.MemberRole;
import claudemesh.broker.Mesh;
import claudemesh.broker.MeshDirectory;
import claudemesh.broker.TestPeer;
import claudemesh.crypto.CryptoBox;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.Sealed;
import claudemesh.json.Json;
import claudemesh.protocol.Invite;
import claudemesh.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A broker's process with one mesh, to be killed; and somebody on the mesh who forges. */
final class KilledMesh {

  final String slug;
  final Path data;
  final VerbProcess broker;
  private final URI url;
  private final Mesh mesh;
  private final Ed25519KeyPair forger = Ed25519KeyPair.generate();
  private int forged;

  KilledMesh(Path folder, Path scratch, String slug) throws Exception {
    this.slug = slug;
    this.data = folder.resolve("broker-" + slug);
    Map<String, String> environment =
        Map.of("HOME", folder.toString(), "PATH", System.getenv("PATH"));
    this.broker = new VerbProcess(scratch, environment, "listening", words(0));
    broker.start();
    this.url = URI.create(broker.awaitReady().string("url"));
    broker.say(words(url.getPort()));
    this.mesh = directory().createMesh(slug, "owner", Ed25519KeyPair.generate().publicHex());
    join(forger, "forger");
  }

  private List<String> words(int port) {
    return List.of(
        "broker",
        "--json",
        "--data",
        data.toString(),
        "--listen",
        "127.0.0.1:" + port,
        "--rate",
        "100000");
  }

  private MeshDirectory directory() throws IOException {
    return MeshDirectory.open(data, Clock.SYSTEM);
  }

  private String join(Ed25519KeyPair keys, String name) throws IOException {
    Instant until = Instant.now().plus(Duration.ofHours(1));
    Invite invite = directory().createInvite(mesh.id(), url, MemberRole.MEMBER, 1, until);
    if (!(directory().join(invite, keys.publicHex(), name) instanceof JoinResult.Joined joined)) {
      throw new AssertionError(name + " could not join");
    }
    return joined.memberId();
  }

  /** Makes somebody a member, and an entry of their config. */
  Ed25519KeyPair join(ConfigFolder config, String name) throws IOException {
    Ed25519KeyPair keys = Ed25519KeyPair.generate();
    String memberId = join(keys, name);
    Instant now = Instant.now();
    JoinedMesh joined =
        JoinedMesh.of(mesh.id(), memberId, slug, keys, url.toString(), mesh.rootKey(), name, now);
    Config.update(config, before -> before.with(joined));
    return keys;
  }

  private TestPeer member(Ed25519KeyPair keys) throws IOException {
    Mesh now = directory().mesh(mesh.id()).orElseThrow();
    TestPeer peer = TestPeer.connect(url);
    peer.greet(
        Hellos.member(now, now.member(keys.publicHex()).orElseThrow(), keys, "raw", Instant.now()));
    return peer;
  }

  /**
   * Sends somebody a box under the wrong name (sealed by another key than the one that sends it)
   * and one that is none.
   */
  void forge(String recipient, SentMail mail) throws IOException {
    Sealed another = new CryptoBox(Ed25519KeyPair.generate()).seal(recipient, "forged text");
    Sealed none = new Sealed(another.nonce(), "bm8gYm94IGF0IGFsbCwganVzdCBzb21lIGJ5dGVz");
    TestPeer peer = member(forger);
    for (Sealed each : List.of(another, none)) {
      String id = "forged-" + slug + "-" + ++forged;
      mail.unreadable(id);
      peer.say(
          Json.object()
              .put("type", "send")
              .put("id", id)
              .put("client_message_id", id)
              .put("request_fingerprint", "ab".repeat(32))
              .put("targetSpec", recipient)
              .put("priority", "now")
              .put("nonce", each.nonce())
              .put("ciphertext", each.ciphertext())
              .build());
      peer.next(frame -> frame.string("id", "").equals(id));
    }
    peer.abort();
  }

  /** Tells what the broker still has for a member, whose daemon must have ended. */
  void tellWaiting(Ed25519KeyPair keys, SentMail mail) throws IOException {
    TestPeer peer = member(keys);
    for (Json push : peer.drainMail()) {
      push.optionalString("client_message_id").ifPresent(mail::stillAtBroker);
    }
    peer.abort();
  }
}
