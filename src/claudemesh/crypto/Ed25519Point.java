package claudemesh.crypto;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Set;

/**
 * Public keys as points of the Edwards curve −x² + y² = 1 + dx²y² over 2^255−19 (RFC 8032 §5.1). A
 * point is known by its y alone here: enough to refuse bad keys and to convert good ones.
 */
final class Ed25519Point {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final BigInteger P = ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger D =
      BigInteger.valueOf(-121665).multiply(BigInteger.valueOf(121666).modInverse(P)).mod(P);

  /** The y of two of the four points of order 8; that of the other two is its negative. */
  private static final BigInteger ORDER_8 =
      new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16);

  /** The y of all eight points whose multiple by 8 is the neutral point. */
  private static final Set<BigInteger> SMALL_ORDER =
      Set.of(BigInteger.ZERO, ONE, P.subtract(ONE), ORDER_8, P.subtract(ORDER_8));

  private Ed25519Point() {}

  /**
   * Whether a key is well-formed, the one way to write its point, and not of small order. Whether
   * it is on the curve is not looked at, since that takes a tenth of a verification.
   */
  static boolean isAcceptable(String publicHex) {
    return Keys.isPublicHex(publicHex) && isCanonicalAndNotSmall(yOf(publicHex));
  }

  /**
   * Converts a public key to its Curve25519 form: u = (1+y)/(1−y), RFC 7748 §4.1.
   *
   * <p>That the point lies in the prime-order group is not checked: X25519 multiplies by a multiple
   * of 8, so a small-order part of it cannot reach the agreed key.
   *
   * @throws IllegalArgumentException if the key is malformed, not canonical, of small order (the
   *     agreed key would be known to all) or not on the curve
   */
  static byte[] toCurve25519(String publicHex) {
    Keys.requireHex(publicHex, Keys.PUBLIC_HEX_LENGTH, "a public key");
    BigInteger y = yOf(publicHex);
    if (!isCanonicalAndNotSmall(y) || !isOnCurve(y)) {
      throw new IllegalArgumentException(
          "the public key " + publicHex + " is not a usable point of the curve; ask its owner");
    }
    return LittleEndian.encode32(ONE.add(y).multiply(ONE.subtract(y).modInverse(P)).mod(P));
  }

  private static boolean isCanonicalAndNotSmall(BigInteger y) {
    return y.compareTo(P) < 0 && !SMALL_ORDER.contains(y);
  }

  private static BigInteger yOf(String publicHex) {
    return LittleEndian.decode(HexFormat.of().parseHex(publicHex)).clearBit(255);
  }

  /** x² = (y²−1)/(dy²+1) has a root exactly if the product has one, as dy²+1 is never 0. */
  private static boolean isOnCurve(BigInteger y) {
    BigInteger square = y.multiply(y);
    BigInteger product = square.subtract(ONE).multiply(D.multiply(square).add(ONE)).mod(P);
    return product.modPow(P.shiftRight(1), P).equals(ONE);
  }
}
