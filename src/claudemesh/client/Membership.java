package claudemesh.client;

import claudemesh.crypto.Ed25519KeyPair;

/**
 * A member's place in one mesh: what a client needs to connect.
 *
 * @param meshId the mesh
 * @param slug its short name
 * @param memberId the member
 * @param keys the member's stable key pair
 * @param brokerUrl where its broker listens, {@code ws://} or {@code wss://}
 */
public record Membership(
    String meshId, String slug, String memberId, Ed25519KeyPair keys, String brokerUrl) {}
