package claudemesh.crypto;

import claudemesh.crypto.CannotOpenException.Why;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import software.pando.crypto.nacl.SecretBox;

/**
 * NaCl {@code crypto_box} between one key pair of ours and any peer's public key: direct messages
 * of protocol.md §2, X25519, XSalsa20-Poly1305, the 16-byte MAC first.
 *
 * <p>Ed25519 keys go in and are used in their Curve25519 forms. The key that a pair of keys agrees
 * on is kept, since agreeing takes fifty times as long as sealing; the least recently used is
 * forgotten when there are too many. Safe from any thread: one lock guards the kept keys, and is
 * never held while a key is agreed, a text sealed or a body opened.
 */
public final class CryptoBox {
  private static final int DEFAULT_KEPT_KEYS = 1024;
  private static final int NONCE_LENGTH = 24;
  private static final int MAC_LENGTH = 16;

  /** One for all: every one of the JDK's draws from the same source under the same lock anyway. */
  private static final SecureRandom RANDOM = new SecureRandom();

  private final PrivateKey secret;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Key> agreedKeys;

  /**
   * Seals and opens for a key pair, keeping the agreed keys of up to 1 024 peers.
   *
   * @param own the member's or the session's key pair
   */
  public CryptoBox(Ed25519KeyPair own) {
    this(own, DEFAULT_KEPT_KEYS);
  }

  /**
   * Seals and opens for a key pair.
   *
   * @param own the member's or the session's key pair
   * @param keptKeys how many peers' agreed keys are kept, at least 1
   */
  public CryptoBox(Ed25519KeyPair own, int keptKeys) {
    if (keptKeys < 1) {
      throw new IllegalArgumentException("keptKeys must be at least 1, but is " + keptKeys);
    }
    this.secret = secretOf(own);
    this.agreedKeys = leastRecentlyUsed(keptKeys);
  }

  /**
   * Seals a text for a peer under a fresh random nonce.
   *
   * @param peerPublicHex the peer's Ed25519 public key
   * @param plaintext the text; its UTF-8 bytes are sealed
   * @return nonce and ciphertext
   * @throws IllegalArgumentException if the key is malformed, not on the curve or of small order
   */
  public Sealed seal(String peerPublicHex, String plaintext) {
    byte[] nonce = new byte[NONCE_LENGTH];
    RANDOM.nextBytes(nonce);
    return seal(peerPublicHex, plaintext, nonce);
  }

  /** Seals under a given nonce, which must never be used twice with the same pair of keys. */
  Sealed seal(String peerPublicHex, String plaintext, byte[] nonce) {
    byte[] bytes = plaintext.getBytes(StandardCharsets.UTF_8);
    try (SecretBox box = SecretBox.encrypt(agreedKey(peerPublicHex), nonce, bytes)) {
      Base64.Encoder encoder = Base64.getEncoder();
      return new Sealed(
          encoder.encodeToString(nonce), encoder.encodeToString(box.getCiphertextWithTag()));
    }
  }

  /**
   * Opens a body that a peer sealed for this key pair.
   *
   * @param peerPublicHex the Ed25519 public key it was sealed with: {@code push.senderPubkey}
   * @param nonceBase64 24 bytes in base64
   * @param ciphertextBase64 MAC and ciphertext in base64
   * @return the text, proven to come from a holder of the peer's secret key
   * @throws CannotOpenException if anything is malformed, or the MAC does not fit
   */
  public String open(String peerPublicHex, String nonceBase64, String ciphertextBase64)
      throws CannotOpenException {
    byte[] nonce = decodeBase64("nonce", nonceBase64);
    if (nonce.length != NONCE_LENGTH) {
      throw new CannotOpenException(
          Why.NONCE_LENGTH, "a nonce must be 24 bytes long, but is " + nonce.length);
    }
    byte[] ciphertext = decodeBase64("ciphertext", ciphertextBase64);
    if (ciphertext.length < MAC_LENGTH) {
      throw new CannotOpenException(
          Why.TOO_SHORT,
          "a ciphertext must hold a MAC of 16 bytes, but is " + ciphertext.length + " long");
    }
    return decodeUtf8(decrypt(agreedKeyForOpening(peerPublicHex), nonce, ciphertext));
  }

  /** What libsodium calls {@code crypto_box_beforenm}; kept for the next message of the peer. */
  Key agreedKey(String peerPublicHex) {
    lock.lock();
    try {
      Key kept = agreedKeys.get(peerPublicHex);
      if (kept != null) {
        return kept;
      }
    } finally {
      lock.unlock();
    }
    return keep(peerPublicHex, agree(peerPublicHex));
  }

  int keptKeys() {
    lock.lock();
    try {
      return agreedKeys.size();
    } finally {
      lock.unlock();
    }
  }

  private Key keep(String peerPublicHex, Key agreed) {
    lock.lock();
    try {
      agreedKeys.put(peerPublicHex, agreed);
      return agreed;
    } finally {
      lock.unlock();
    }
  }

  private Key agree(String peerPublicHex) {
    byte[] peer = Ed25519Point.toCurve25519(peerPublicHex);
    return software.pando.crypto.nacl.CryptoBox.agree(
        secret, software.pando.crypto.nacl.CryptoBox.publicKey(peer));
  }

  private Key agreedKeyForOpening(String peerPublicHex) throws CannotOpenException {
    try {
      return agreedKey(peerPublicHex);
    } catch (IllegalArgumentException e) {
      throw new CannotOpenException(Why.PEER_KEY, e.getMessage(), e);
    }
  }

  private static PrivateKey secretOf(Ed25519KeyPair own) {
    byte[] scalar = own.curve25519Secret();
    try {
      return software.pando.crypto.nacl.CryptoBox.privateKey(scalar);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
  }

  private static byte[] decrypt(Key key, byte[] nonce, byte[] ciphertext)
      throws CannotOpenException {
    try (SecretBox box = SecretBox.fromCombined(nonce, ciphertext)) {
      return box.decrypt(key);
    } catch (IllegalArgumentException e) {
      throw new CannotOpenException(
          Why.NOT_AUTHENTIC,
          "the MAC does not fit: the body was changed, or sealed with or for another key",
          e);
    }
  }

  static byte[] decodeBase64(String what, String text) throws CannotOpenException {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new CannotOpenException(
          Why.NOT_BASE64, "the " + what + " must be standard base64: " + e.getMessage(), e);
    }
  }

  static String decodeUtf8(byte[] bytes) throws CannotOpenException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CannotOpenException(Why.NOT_UTF8, "the opened body must be UTF-8, but is not", e);
    }
  }

  private static Map<String, Key> leastRecentlyUsed(int limit) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Key> eldest) {
        return size() > limit;
      }
    };
  }
}
