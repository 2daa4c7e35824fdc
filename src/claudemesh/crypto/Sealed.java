package claudemesh.crypto;

/**
 * A message's body as it travels, protocol.md §5.
 *
 * @param nonce 24 bytes in standard base64 with padding
 * @param ciphertext standard base64 with padding; a sealed body starts with its 16-byte MAC
 */
public record Sealed(String nonce, String ciphertext) {}
