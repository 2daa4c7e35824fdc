package claudemesh.bench;

import claudemesh.broker.BenchMeshes;
import claudemesh.broker.Member;
import claudemesh.broker.Mesh;
import claudemesh.client.Membership;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.protocol.SigningTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The members that the load plays, as a file that its process reads: one JSON object a line. */
final class People {

  /**
   * One member.
   *
   * @param meshId its mesh
   * @param memberId its id there
   * @param keys its key pair
   */
  record Person(String meshId, String memberId, Ed25519KeyPair keys) {

    Membership at(String url) {
      return new Membership(meshId, "bench", memberId, keys, url);
    }

    /** A signed hello, as the lean clients send it. */
    String hello(String sessionId) {
      long now = System.currentTimeMillis();
      String text = SigningTexts.hello(meshId, memberId, keys.publicHex(), now);
      return Json.object()
          .put("type", "hello")
          .put("meshId", meshId)
          .put("memberId", memberId)
          .put("pubkey", keys.publicHex())
          .put("sessionId", sessionId)
          .put("pid", 1)
          .put("cwd", "/bench")
          .put("timestamp", now)
          .put("signature", keys.sign(text))
          .build()
          .toString();
    }

    /** A signed session hello with a fresh attestation: two signatures to verify. */
    String sessionHello(Ed25519KeyPair session) {
      long now = System.currentTimeMillis();
      long expires = now + 43_200_000;
      String parent = keys.publicHex();
      Json attestation =
          Json.object()
              .put("sessionPubkey", session.publicHex())
              .put("parentMemberPubkey", parent)
              .put("expiresAt", expires)
              .put(
                  "signature",
                  keys.sign(SigningTexts.attestation(parent, session.publicHex(), expires)))
              .build();
      return Json.object()
          .put("type", "session_hello")
          .put("meshId", meshId)
          .put("parentMemberId", memberId)
          .put("parentMemberPubkey", parent)
          .put("sessionPubkey", session.publicHex())
          .put("parentAttestation", attestation)
          .put("sessionId", session.publicHex().substring(0, 16))
          .put("pid", 1)
          .put("cwd", "/bench")
          .put("timestamp", now)
          .put(
              "signature",
              session.sign(SigningTexts.sessionHello(meshId, parent, session.publicHex(), now)))
          .build()
          .toString();
    }
  }

  /** The same in every data folder of a run: ten thousand take longer than what is measured. */
  private static final List<Ed25519KeyPair> KEYS = new ArrayList<>();

  private People() {}

  /** Makes meshes with so many members each in a broker's data folder. */
  static List<Person> create(Path data, int meshes, int each) throws IOException {
    while (KEYS.size() < meshes * each) {
      KEYS.add(Ed25519KeyPair.generate());
    }
    List<Person> people = new ArrayList<>();
    for (int number = 0; number < meshes; number++) {
      List<Ed25519KeyPair> keys = KEYS.subList(number * each, (number + 1) * each);
      Mesh mesh = BenchMeshes.create(data, "mesh-" + number, keys);
      for (Ed25519KeyPair key : keys) {
        Member member = mesh.member(key.publicHex()).orElseThrow();
        people.add(new Person(mesh.id(), member.memberId(), key));
      }
    }
    return people;
  }

  static Path write(List<Person> people, Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Person person : people) {
      lines.add(
          Json.object()
              .put("mesh", person.meshId)
              .put("member", person.memberId)
              .put("secret", person.keys.secretHex())
              .build()
              .toString());
    }
    return Files.write(file, lines);
  }

  static List<Person> read(Path file) throws IOException {
    List<Person> people = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      Json json = Json.parseObject(line);
      people.add(
          new Person(
              json.string("mesh"),
              json.string("member"),
              Ed25519KeyPair.fromSecretHex(json.string("secret"))));
    }
    return people;
  }
}
