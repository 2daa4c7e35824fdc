package claudemesh.http;

/**
 * The head of one frame, checked.
 *
 * @param fin whether it is the last of its message
 * @param opcode what it is
 * @param length the payload's bytes
 * @param mask the masking key, first byte highest; 0 without one, which changes nothing
 */
record FrameHeader(boolean fin, Opcode opcode, int length, int mask) {}
