package claudemesh.protocol;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.crypto.Keys;
import claudemesh.crypto.Signatures;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * An invitation to a mesh, version 1 (protocol.md §2, §7): a link that carries everything needed to
 * join, signed by the mesh's owner.
 *
 * @param meshId the mesh
 * @param meshSlug its short name
 * @param brokerUrl where its broker listens, {@code ws://} or {@code wss://}
 * @param expiresAt when the invite ends, seconds since 1970
 * @param meshRootKey the mesh's root key, base64url without padding
 * @param role {@code admin} or {@code member}
 * @param ownerPubkey the owner's key
 * @param signature over {@link SigningTexts#invite}, by the owner
 */
public record Invite(
    String meshId,
    String meshSlug,
    String brokerUrl,
    long expiresAt,
    String meshRootKey,
    String role,
    String ownerPubkey,
    String signature) {

  private static final int VERSION = 1;
  private static final String PATH = "/join/";

  /**
   * The same invite with the owner's signature.
   *
   * @param owner the mesh owner's key pair
   * @return a signed copy
   */
  public Invite signedBy(Ed25519KeyPair owner) {
    return withSignature(owner.sign(SigningTexts.invite(this)));
  }

  /**
   * Reads a link or a bare token and checks its shape.
   *
   * @param link {@code ic://join/TOKEN}, {@code https://…/join/TOKEN}, or the token alone
   * @return the invite; neither its signature nor its time has been checked
   * @throws IllegalArgumentException if it is not an invite; the message says what is wrong
   */
  public static Invite parse(String link) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(tokenOf(link.strip()));
      return decode(Json.parseObject(new String(bytes, StandardCharsets.UTF_8)));
    } catch (JsonException e) {
      throw new IllegalArgumentException("this is no invite link: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      // Without the parser's words: they repeat the link, which is a secret.
      throw new IllegalArgumentException(
          "this is no invite link: expected ic://join/TOKEN or https://…/join/TOKEN");
    }
  }

  /**
   * Reads the JSON of an invite.
   *
   * @param json the token's content, or {@code invite_payload} of a join request
   * @return the invite
   * @throws JsonException if a field is missing or of the wrong type
   */
  public static Invite decode(Json json) {
    if (json.number("v") != VERSION) {
      throw new JsonException("v: expected " + VERSION + ", found " + json.number("v"));
    }
    return new Invite(
        json.string("mesh_id"),
        json.string("mesh_slug"),
        json.string("broker_url"),
        json.number("expires_at"),
        json.string("mesh_root_key"),
        json.string("role"),
        json.string("owner_pubkey"),
        json.string("signature"));
  }

  /**
   * The invite as JSON, as it stands in the token.
   *
   * @return an object
   */
  public Json encode() {
    return Json.object()
        .put("v", VERSION)
        .put("mesh_id", meshId)
        .put("mesh_slug", meshSlug)
        .put("broker_url", brokerUrl)
        .put("expires_at", expiresAt)
        .put("mesh_root_key", meshRootKey)
        .put("role", role)
        .put("owner_pubkey", ownerPubkey)
        .put("signature", signature)
        .build();
  }

  /**
   * The token: base64url of the JSON, without padding.
   *
   * @return the token
   */
  public String token() {
    byte[] bytes = encode().toString().getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * The link to hand on.
   *
   * @return {@code ic://join/TOKEN}
   */
  public String link() {
    return "ic://join/" + token();
  }

  /**
   * Checks it before anything is sent.
   *
   * @param now the time of day
   * @return what is wrong with it, for people; empty if it is good
   */
  public Optional<String> fault(Instant now) {
    if (!role.equals("admin") && !role.equals("member")) {
      return Optional.of("its role is neither admin nor member");
    }
    if (!brokerUrl.startsWith("ws://") && !brokerUrl.startsWith("wss://")) {
      return Optional.of("its broker address is neither ws:// nor wss://");
    }
    if (!hasGoodSignature()) {
      return Optional.of("its signature is not the mesh owner's: ask for a new link");
    }
    if (now.getEpochSecond() >= expiresAt) {
      Instant when = Instant.ofEpochSecond(Math.max(0, expiresAt)); // Instant has limits of its own
      return Optional.of("it expired at " + when + ": ask for a new link");
    }
    return Optional.empty();
  }

  /**
   * Whether the owner that it names has signed it.
   *
   * @return true if the signature fits
   */
  public boolean hasGoodSignature() {
    return Keys.isPublicHex(ownerPubkey)
        && Signatures.verify(ownerPubkey, SigningTexts.invite(this), signature);
  }

  /** Names the mesh only: the token itself is a secret that lets its holder in. */
  @Override
  public String toString() {
    return "invite to " + meshSlug + " as " + role;
  }

  private Invite withSignature(String signed) {
    return new Invite(
        meshId, meshSlug, brokerUrl, expiresAt, meshRootKey, role, ownerPubkey, signed);
  }

  private static String tokenOf(String link) {
    if (!link.contains("://")) {
      return link;
    }
    URI uri = URI.create(link);
    String path = uri.getPath() == null ? "" : uri.getPath();
    if ("ic".equals(uri.getScheme())) { // ic://join/TOKEN: "join" stands where a host would
      path = "/" + uri.getAuthority() + path;
    }
    int at = path.lastIndexOf(PATH);
    if (at < 0) {
      throw new IllegalArgumentException("no " + PATH + " in it");
    }
    return path.substring(at + PATH.length());
  }
}
