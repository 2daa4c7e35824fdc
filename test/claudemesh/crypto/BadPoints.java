package claudemesh.crypto;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.stream.Stream;

/** Public keys that nobody may use. */
final class BadPoints {
  private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

  /** The u of the order-8 points, as cr.yp.to/ecdh.html lists them. */
  private static final String[] ORDER_8_U = {
    "325606250916557431795983626356110631294008115727848805560023387167927233504",
    "39382357235489614581723060781553021112529911719440698176882885853963445705823"
  };

  private BadPoints() {}

  static Stream<String> all() {
    return Stream.of(smallOrder(), nonCanonical(), Stream.of(offCurve())).flatMap(keys -> keys);
  }

  /** Both signs of x for each y, also where only one is canonical. */
  static Stream<String> smallOrder() {
    Stream<BigInteger> order8 =
        Stream.of(ORDER_8_U)
            .map(BigInteger::new)
            .map(u -> u.subtract(BigInteger.ONE).multiply(u.add(BigInteger.ONE).modInverse(P)));
    Stream<BigInteger> others =
        Stream.of(BigInteger.ZERO, BigInteger.ONE, P.subtract(BigInteger.ONE));
    return Stream.concat(order8, others)
        .map(y -> y.mod(P))
        .flatMap(y -> Stream.of(hex(y), hex(y.setBit(255))));
  }

  /** The nineteen y that can be written in two ways, in the wrong one. */
  static Stream<String> nonCanonical() {
    return Stream.iterate(P, y -> y.add(BigInteger.ONE)).limit(19).map(BadPoints::hex);
  }

  /** y = 2: x² would be 3/(4d+1), which has no root. */
  static String offCurve() {
    return hex(BigInteger.TWO);
  }

  static String hex(BigInteger encoded) {
    return HexFormat.of().formatHex(LittleEndian.encode32(encoded));
  }
}
