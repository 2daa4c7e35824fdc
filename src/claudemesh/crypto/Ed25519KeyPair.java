package claudemesh.crypto;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An Ed25519 key pair of a member, a session or a mesh owner, which signs (RFC 8032 §5.1).
 *
 * <p>Immutable and safe from any thread. Written as protocol.md §2 has it: the public key is 64 hex
 * digits, the secret key 128, seed first and public key after it. {@link #toString} shows the
 * public key only, and no exception repeats a secret.
 *
 * <p>Signing is the JDK's: the first signature of a process costs 14 ms so, against 80 ms with the
 * library that {@link Signatures} verifies with.
 */
public final class Ed25519KeyPair {
  private static final int SEED_LENGTH = 32;
  private static final HexFormat HEX = HexFormat.of();

  private final byte[] seed;
  private final PrivateKey signingKey;
  private final String publicHex;

  private Ed25519KeyPair(byte[] seed) {
    KeyPair pair = derive(seed);
    this.seed = seed;
    this.signingKey = pair.getPrivate();
    this.publicHex = encode(((EdECPublicKey) pair.getPublic()).getPoint());
  }

  /**
   * Makes a new key pair from the system's secure random source.
   *
   * @return a fresh key pair
   */
  public static Ed25519KeyPair generate() {
    byte[] seed = new byte[SEED_LENGTH];
    new SecureRandom().nextBytes(seed);
    return new Ed25519KeyPair(seed);
  }

  /**
   * Reads the secret key of a config file or an IPC request.
   *
   * @param secretHex 128 lowercase hex digits: the seed, then the public key
   * @return the key pair
   * @throws IllegalArgumentException if the text has another form, or its halves do not belong
   *     together; the message says which, without the text
   */
  public static Ed25519KeyPair fromSecretHex(String secretHex) {
    Keys.requireHex(secretHex, Keys.SECRET_HEX_LENGTH, "a secret key");
    Ed25519KeyPair pair = new Ed25519KeyPair(HEX.parseHex(secretHex, 0, 2 * SEED_LENGTH));
    String stated = secretHex.substring(2 * SEED_LENGTH);
    if (!stated.equals(pair.publicHex)) {
      throw new IllegalArgumentException(
          "the halves of a secret key do not belong together: its seed makes the public key "
              + pair.publicHex
              + ", but it ends in another one; restore the key from a backup, or join again");
    }
    return pair;
  }

  /**
   * Derives a key pair from its seed.
   *
   * @param seedHex 64 lowercase hex digits
   * @return the key pair
   * @throws IllegalArgumentException if the text has another form
   */
  public static Ed25519KeyPair fromSeedHex(String seedHex) {
    Keys.requireHex(seedHex, 2 * SEED_LENGTH, "a seed");
    return new Ed25519KeyPair(HEX.parseHex(seedHex));
  }

  /**
   * The public key.
   *
   * @return 64 lowercase hex digits
   */
  public String publicHex() {
    return publicHex;
  }

  /**
   * The secret key, for a private file ({@link SecretFiles}) and nothing else.
   *
   * @return 128 lowercase hex digits: the seed, then the public key
   */
  public String secretHex() {
    return HEX.formatHex(seed) + publicHex;
  }

  /**
   * Signs a text.
   *
   * @param text what to sign; its UTF-8 bytes are signed
   * @return the detached signature, 128 lowercase hex digits; the same for the same text
   */
  public String sign(String text) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(signingKey);
      signature.update(text.getBytes(StandardCharsets.UTF_8));
      return HEX.formatHex(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot sign with Ed25519", e);
    }
  }

  /** The Curve25519 form of the secret key; the caller wipes it after use. */
  byte[] curve25519Secret() {
    byte[] hash = sha512(seed);
    byte[] scalar = Arrays.copyOf(hash, 32);
    Arrays.fill(hash, (byte) 0);
    // Clamped as RFC 7748 §5 says; X25519 would do it anyway, but files and vectors hold this form.
    scalar[0] &= (byte) 0xf8;
    scalar[31] &= 0x7f;
    scalar[31] |= 0x40;
    return scalar;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ed25519KeyPair that
        && publicHex.equals(that.publicHex)
        && MessageDigest.isEqual(seed, that.seed);
  }

  @Override
  public int hashCode() {
    return publicHex.hashCode();
  }

  @Override
  public String toString() {
    return "Ed25519KeyPair[publicHex=" + publicHex + "]";
  }

  private static KeyPair derive(byte[] seed) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(NamedParameterSpec.ED25519, new FixedRandom(seed));
      KeyPair pair = generator.generateKeyPair();
      requireSeedUsed(pair, seed);
      return pair;
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
      throw new IllegalStateException("this Java runtime has no Ed25519 key pairs", e);
    }
  }

  // The JDK promises no way from a seed to its public key; that it draws the seed and nothing else
  // from its random source is how it has always been, and is checked here each time.
  private static void requireSeedUsed(KeyPair pair, byte[] seed) {
    byte[] used = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
    boolean same = MessageDigest.isEqual(used, seed);
    Arrays.fill(used, (byte) 0);
    if (!same) {
      throw new IllegalStateException(
          "this Java runtime does not make Ed25519 key pairs from a given seed");
    }
  }

  /** RFC 8032 §5.1.2: y little-endian in 32 bytes, the sign of x in the last bit. */
  private static String encode(EdECPoint point) {
    BigInteger withSign = point.isXOdd() ? point.getY().setBit(255) : point.getY();
    return HEX.formatHex(LittleEndian.encode32(withSign));
  }

  private static byte[] sha512(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-512").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-512", e);
    }
  }

  /** A random source that gives out a seed, for the one draw that makes a key pair. */
  private static final class FixedRandom extends SecureRandom {
    private static final long serialVersionUID = 1;

    private final transient byte[] seed;

    FixedRandom(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }
}
