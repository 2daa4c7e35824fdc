package claudemesh.daemon;

import claudemesh.crypto.Ed25519KeyPair;
import claudemesh.json.Json;
import claudemesh.json.JsonException;
import claudemesh.lifecycle.JdkTransport;
import claudemesh.protocol.Invite;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Joins a mesh with an invite (protocol.md §7): one {@code POST /join} to the invite's broker,
 * after the invite's shape, expiry and signature have been checked here. Redirects are not
 * followed, because an invite lets whoever holds it in. Blocks; call it from any thread.
 */
public final class Join {

  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final int MAX_ANSWER_BYTES = 64 << 10;

  private Join() {}

  /**
   * Joins.
   *
   * @param link an invite link or its bare token
   * @param keys the key pair to join with; joining twice with one is harmless
   * @param displayName the name others will see
   * @param now the time of day
   * @param transport the way to the broker: whom it trusts, and which proxy it takes
   * @return the mesh, to be kept in the {@link Config}
   * @throws JoinException if the invite is bad, the broker cannot be reached, or it refuses
   * @throws InterruptedException if the calling thread is interrupted
   */
  public static JoinedMesh join(
      String link, Ed25519KeyPair keys, String displayName, Instant now, JdkTransport transport)
      throws JoinException, InterruptedException {
    Invite invite = requireGood(link, now);
    Json answer = post(transport, invite, request(invite, keys, displayName));
    return JoinedMesh.of(
        invite.meshId(),
        requireMemberId(answer),
        invite.meshSlug(),
        keys,
        invite.brokerUrl(),
        invite.meshRootKey(),
        displayName,
        now);
  }

  /**
   * Reads and checks an invite without sending anything.
   *
   * @param link an invite link or its bare token
   * @param now the time of day
   * @return the invite
   * @throws JoinException if it is not one, has expired, or is not signed by its mesh's owner
   */
  public static Invite requireGood(String link, Instant now) throws JoinException {
    Invite invite;
    try {
      invite = Invite.parse(link);
    } catch (IllegalArgumentException e) {
      throw new JoinException(JoinException.Kind.BAD_INVITE, e.getMessage(), e);
    }
    Optional<String> fault = invite.fault(now);
    if (fault.isPresent()) {
      throw new JoinException(
          JoinException.Kind.BAD_INVITE,
          "the invite to " + invite.meshSlug() + " cannot be used: " + fault.get());
    }
    return invite;
  }

  private static Json request(Invite invite, Ed25519KeyPair keys, String displayName) {
    return Json.object()
        .put("invite_token", invite.token())
        .put("invite_payload", invite.encode())
        .put("peer_pubkey", keys.publicHex())
        .put("display_name", displayName)
        .build();
  }

  /** {@code ws://host/ws} says {@code http://host/join}, and {@code wss} {@code https}. */
  static URI joinAddress(Invite invite) throws JoinException {
    try {
      URI socket = new URI(invite.brokerUrl());
      String scheme = "wss".equalsIgnoreCase(socket.getScheme()) ? "https" : "http";
      String path = Optional.ofNullable(socket.getPath()).orElse("").replaceFirst("(/ws)?/*$", "");
      return new URI(scheme, null, socket.getHost(), socket.getPort(), path + "/join", null, null);
    } catch (java.net.URISyntaxException e) {
      throw new JoinException(
          JoinException.Kind.BAD_INVITE,
          "the invite names no usable broker address: " + e.getMessage(),
          e);
    }
  }

  private static Json post(JdkTransport transport, Invite invite, Json body)
      throws JoinException, InterruptedException {
    URI address = joinAddress(invite);
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    try {
      HttpResponse<InputStream> response = transport.send(request);
      try (InputStream in = response.body()) {
        return answer(response.statusCode(), in.readNBytes(MAX_ANSWER_BYTES), invite);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new JoinException(
          JoinException.Kind.UNREACHABLE,
          "the broker at " + address.getAuthority() + " cannot be reached: " + e.getMessage(),
          e);
    }
  }

  private static Json answer(int status, byte[] body, Invite invite) throws JoinException {
    Json answer;
    try {
      answer = Json.parseObject(new String(body, StandardCharsets.UTF_8));
    } catch (JsonException e) {
      throw new JoinException(
          JoinException.Kind.UNREACHABLE,
          "what listens at the invite's address is no broker: it answered HTTP " + status,
          e);
    }
    if (status == 200 && answer.bool("ok", false)) {
      return answer;
    }
    String error = answer.string("error", "HTTP " + status);
    throw new JoinException(
        JoinException.Kind.REFUSED,
        "the broker of " + invite.meshSlug() + " refused: " + meaning(error));
  }

  private static String requireMemberId(Json answer) throws JoinException {
    return answer
        .optionalString("memberId")
        .orElseThrow(
            () ->
                new JoinException(
                    JoinException.Kind.UNREACHABLE,
                    "the broker's answer has no memberId: it is no broker of this protocol"));
  }

  private static String meaning(String error) {
    return switch (error) {
      case "invite_bad_signature", "invite_owner_mismatch", "invite_mesh_mismatch" ->
          "the invite was not made for this mesh (" + error + "): ask for a new link";
      case "invite_expired" -> "the invite has expired (" + error + "): ask for a new link";
      case "invite_exhausted" ->
          "the invite was used as often as it may be (" + error + "): ask for a new link";
      case "invite_revoked" -> "the invite was called back (" + error + "): ask for a new link";
      case "mesh_not_found" -> "it has no such mesh any more (" + error + ")";
      case "revoked" -> "this key was banned from the mesh (" + error + ")";
      default -> error;
    };
  }
}
