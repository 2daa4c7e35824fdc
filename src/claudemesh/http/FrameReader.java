package claudemesh.http;

/**
 * Takes frame headers off a buffer and checks them (RFC 6455 §5.2), each byte as soon as it is
 * there: a peer that breaks the rules is told before it has sent the rest.
 */
final class FrameReader {

  private static final int FIN = 0x80;
  private static final int RESERVED = 0x70;
  private static final int OPCODE = 0x0f;
  private static final int MASKED = 0x80;
  private static final int LENGTH = 0x7f;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;
  private static final int MAX_CONTROL = 125;

  private final Role role;
  private int maxPayload;

  /**
   * A reader for one end.
   *
   * @param role the end that reads; its peer's frames are masked if the peer is a client
   * @param maxPayload longest payload of one frame
   */
  FrameReader(Role role, int maxPayload) {
    this.role = role;
    this.maxPayload = maxPayload;
  }

  /** Changes how long a payload may be, from the next frame on. */
  void limit(int bytes) {
    maxPayload = bytes;
  }

  /**
   * Takes one header.
   *
   * @param in the buffer; used up only if the header is whole
   * @return the header; null if more bytes are needed
   * @throws WsViolation if what is there cannot become a permitted header
   */
  FrameHeader read(InputBuffer in) throws WsViolation {
    if (in.isEmpty()) {
      return null;
    }
    int first = in.peek(0);
    Opcode opcode = requireOpcode(first);
    if (in.available() < 2) {
      return null;
    }
    int second = in.peek(1);
    boolean masked = requireMasking(second);
    int shortLength = second & LENGTH;
    if (opcode.isControl()) {
      requireControl(opcode, (first & FIN) != 0, shortLength);
    }
    int lengthEnd =
        switch (shortLength) {
          case LENGTH_16 -> 4;
          case LENGTH_64 -> 10;
          default -> 2;
        };
    if (in.available() < lengthEnd) {
      return null;
    }
    int length = requireLength(lengthEnd == 2 ? shortLength : number(in, 2, lengthEnd));
    int headerEnd = masked ? lengthEnd + 4 : lengthEnd;
    if (in.available() < headerEnd) {
      return null;
    }
    int mask = (int) number(in, lengthEnd, headerEnd);
    in.skip(headerEnd);
    return new FrameHeader((first & FIN) != 0, opcode, length, mask);
  }

  private static Opcode requireOpcode(int first) throws WsViolation {
    if ((first & RESERVED) != 0) {
      // No extension was agreed, so none of the three bits has a meaning.
      throw WsViolation.protocol("expected reserved bits 0, got " + ((first & RESERVED) >> 4));
    }
    Opcode opcode = Opcode.of(first & OPCODE);
    if (opcode == null) {
      throw WsViolation.protocol("reserved opcode " + (first & OPCODE));
    }
    return opcode;
  }

  private boolean requireMasking(int second) throws WsViolation {
    boolean masked = (second & MASKED) != 0;
    if (masked != role.peer().masks()) {
      throw WsViolation.protocol(masked ? "servers must not mask" : "clients must mask");
    }
    return masked;
  }

  private static void requireControl(Opcode opcode, boolean fin, int length) throws WsViolation {
    if (!fin) {
      throw WsViolation.protocol("fragmented " + opcode);
    }
    if (length > MAX_CONTROL) {
      throw WsViolation.protocol(opcode + " longer than " + MAX_CONTROL + " bytes");
    }
  }

  private int requireLength(long length) throws WsViolation {
    if (length < 0) {
      throw WsViolation.protocol("length with its highest bit set");
    }
    if (length > maxPayload) {
      throw new WsViolation(
          CloseCode.TOO_BIG, "frame of " + length + " bytes, at most " + maxPayload + " allowed");
    }
    return (int) length;
  }

  private static long number(InputBuffer in, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      number = number << 8 | in.peek(i);
    }
    return number;
  }
}
