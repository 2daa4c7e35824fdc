package claudemesh.http;

/** What a frame is (RFC 6455 §5.2). */
enum Opcode {
  CONTINUATION(0x0),
  TEXT(0x1),
  BINARY(0x2),
  CLOSE(0x8),
  PING(0x9),
  PONG(0xA);

  private static final Opcode[] BY_BITS = new Opcode[16];

  static {
    for (Opcode opcode : values()) {
      BY_BITS[opcode.bits] = opcode;
    }
  }

  private final int bits;

  Opcode(int bits) {
    this.bits = bits;
  }

  int bits() {
    return bits;
  }

  boolean isControl() {
    return bits >= 0x8;
  }

  /** The opcode of four bits; null for the reserved ones. */
  static Opcode of(int bits) {
    return BY_BITS[bits];
  }
}
