package claudemesh.daemon;

import claudemesh.client.Membership;
import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.time.Instant;
import java.util.Optional;

/**
 * One mesh that this user has joined: an entry of {@code meshes} in the config file (protocol.md
 * §8). Immutable. Fields that this program does not know are carried along unchanged; {@link
 * #toString} shows no secret.
 */
public final class JoinedMesh {

  private final Json entry;

  private JoinedMesh(Json entry) {
    this.entry = entry;
  }

  /**
   * A mesh just joined.
   *
   * @param meshId the mesh
   * @param memberId this user's member id on it
   * @param slug its short name
   * @param keys this user's stable key pair on it
   * @param brokerUrl where its broker listens
   * @param rootKey the mesh's root key, base64url without padding
   * @param displayName the name this user joined with
   * @param now the time of day
   * @return the entry
   */
  public static JoinedMesh of(
      String meshId,
      String memberId,
      String slug,
      Ed25519KeyPair keys,
      String brokerUrl,
      String rootKey,
      String displayName,
      Instant now) {
    return new JoinedMesh(
        Json.object()
            .put("meshId", meshId)
            .put("memberId", memberId)
            .put("slug", slug)
            .put("name", slug)
            .put("pubkey", keys.publicHex())
            .put("secretKey", keys.secretHex())
            .put("brokerUrl", brokerUrl)
            .put("joinedAt", now.toString())
            .put("rootKey", rootKey)
            .put("displayName", displayName)
            .build());
  }

  /**
   * Reads an entry.
   *
   * @param entry one element of {@code meshes}
   * @return the mesh
   * @throws JsonException if a field that it needs is missing or of the wrong type
   */
  static JoinedMesh decode(Json entry) {
    for (String needed : new String[] {"meshId", "memberId", "slug", "secretKey", "brokerUrl"}) {
      entry.string(needed);
    }
    return new JoinedMesh(entry);
  }

  /** This entry with the fields that only an older one has. */
  JoinedMesh keepingUnknownOf(JoinedMesh older) {
    Json.Builder merged = older.entry.toBuilder();
    for (String field : entry.names()) {
      entry.get(field).ifPresent(value -> merged.put(field, value));
    }
    return new JoinedMesh(merged.build());
  }

  /** The entry with its secrets, for the config file. */
  Json encode() {
    return entry;
  }

  /**
   * The mesh.
   *
   * @return its id
   */
  public String meshId() {
    return entry.string("meshId");
  }

  /**
   * Who this user is on it.
   *
   * @return the member id
   */
  public String memberId() {
    return entry.string("memberId");
  }

  /**
   * The mesh's short name.
   *
   * @return what people type for it
   */
  public String slug() {
    return entry.string("slug");
  }

  /**
   * Where its broker listens.
   *
   * @return a {@code ws} or {@code wss} address
   */
  public String brokerUrl() {
    return entry.string("brokerUrl");
  }

  /**
   * This user's stable public key on it.
   *
   * @return 64 lowercase hex digits
   */
  public String pubkey() {
    return entry.optionalString("pubkey").orElseGet(() -> keys().publicHex());
  }

  /**
   * When it was joined.
   *
   * @return ISO 8601; empty text if unknown
   */
  public String joinedAt() {
    return entry.string("joinedAt", "");
  }

  /**
   * The name this user joined with.
   *
   * @return the name, if this program wrote the entry
   */
  public Optional<String> displayName() {
    return entry.optionalString("displayName");
  }

  /**
   * This user's stable key pair on it.
   *
   * @return the key pair
   * @throws IllegalArgumentException if the config's secret key is damaged; the message names the
   *     mesh and repeats no secret
   */
  public Ed25519KeyPair keys() {
    try {
      return Ed25519KeyPair.fromSecretHex(entry.string("secretKey"));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the config of mesh " + slug() + ": " + e.getMessage());
    }
  }

  /**
   * What a client needs to connect.
   *
   * @return this user's place in the mesh
   * @throws IllegalArgumentException if the config's secret key is damaged
   */
  public Membership membership() {
    return new Membership(meshId(), slug(), memberId(), keys(), brokerUrl());
  }

  /**
   * The same mesh with its broker elsewhere.
   *
   * @param url a {@code ws} or {@code wss} address
   * @return a copy
   */
  public JoinedMesh withBrokerUrl(String url) {
    return new JoinedMesh(entry.toBuilder().put("brokerUrl", url).build());
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "mesh " + slug() + " (" + meshId() + ") at " + brokerUrl();
  }
}
