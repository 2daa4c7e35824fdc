package claudemesh.protocol;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The golden keys and texts of {@code test/data/vectors.json}. */
final class Vectors {

  static final Json ALL = read();
  static final String MESH = "TWCNl31sbNHWAxzhXsHAADapByyi1MLD";
  static final String MEMBER = "76F2W9fai73XYuRjCQANqrOEpWzveXMQ";

  private Vectors() {}

  private static Json read() {
    try {
      return Json.parseObject(Files.readString(Path.of("test/data/vectors.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Json at(String name) {
    return ALL.get(name).orElseThrow();
  }

  static Ed25519KeyPair keys(String name) {
    return Ed25519KeyPair.fromSecretHex(at("keys").get(name).orElseThrow().string("secretKey"));
  }
}
