package claudemesh.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Whole, then byte by byte: how the bytes are cut up must make no difference. */
class MessageReaderTest {

  private static final int LIMIT = 70_000;

  private final RecordingSink sink = new RecordingSink();

  @Test
  void readsTheExamplesOfTheRfc() throws Exception {
    // RFC 6455 §5.7, the masked ones
    assertReads("818537fa213d7f9f4d5158", "text Hello");
    assertReads("898537fa213d7f9f4d5158", "ping Hello");
    assertReads("8a8537fa213d7f9f4d5158", "pong");
  }

  @Test
  void readsEmptyMessages() throws Exception {
    assertReads("818000000000", "text ");
    assertReads("828000000000", "binary 0");
    assertReads("018000000000" + "808000000000", "text ");
  }

  @Test
  void readsEveryFormOfLength() throws Exception {
    for (int length : new int[] {0, 1, 125, 126, 127, 128, 65_535, 65_536, LIMIT}) {
      assertReads(RawClient.frame(true, Opcode.BINARY, new byte[length]), "binary " + length);
      assertReads(RawClient.text("x".repeat(length)), "text " + "x".repeat(length));
    }
  }

  @Test
  void takesLengthsThatAreLongerThanNeed() throws Exception {
    assertReads("81fe000100000000" + "41", "text A");
    assertReads("81ff000000000000000100000000" + "41", "text A");
  }

  @Test
  void joinsFragmentsAndLetsControlFramesPass() throws Exception {
    assertReads(
        RawClient.join(
            frame(false, Opcode.TEXT, "one "),
            frame(true, Opcode.PING, "now"),
            frame(false, Opcode.CONTINUATION, ""),
            frame(true, Opcode.PONG, ""),
            frame(true, Opcode.CONTINUATION, "two")),
        "ping now",
        "pong",
        "text one two");
  }

  @Test
  void readsSeveralMessagesOfOneRead() throws Exception {
    assertReads(
        RawClient.join(RawClient.text("a"), RawClient.text("b"), RawClient.close(1000, "done")),
        "text a",
        "text b",
        "close 1000 done");
  }

  @Test
  void readsACharacterSplitOverFragments() throws Exception {
    byte[] euro = "€".getBytes(StandardCharsets.UTF_8);
    assertReads(
        RawClient.join(
            RawClient.frame(false, Opcode.TEXT, new byte[] {euro[0]}),
            RawClient.frame(false, Opcode.CONTINUATION, new byte[] {euro[1]}),
            RawClient.frame(true, Opcode.CONTINUATION, new byte[] {euro[2]})),
        "text €");
  }

  @Test
  void refusesReservedBitsAndOpcodesAtTheirFirstByte() {
    for (String first : new String[] {"c1", "a1", "91"}) {
      assertRefuses(first, 1002, "expected reserved bits 0");
    }
    for (String first : new String[] {"83", "84", "85", "86", "87", "8b", "8c", "8d", "8e", "8f"}) {
      assertRefuses(first, 1002, "reserved opcode");
    }
  }

  @Test
  void refusesUnmaskedFramesOfClientsAndMaskedOnesOfServers() {
    assertRefuses("8105", 1002, "clients must mask");
    WsViolation refused =
        assertThrows(
            WsViolation.class,
            () -> read(new MessageReader(Role.CLIENT, LIMIT, () -> 0), bytes("8185")));
    assertEquals("servers must not mask", refused.getMessage());
  }

  @Test
  void refusesFragmentedAndLongControlFrames() {
    assertRefuses("0980", 1002, "fragmented PING");
    assertRefuses("0880", 1002, "fragmented CLOSE");
    assertRefuses("89fe", 1002, "PING longer than 125 bytes");
    assertRefuses("8aff", 1002, "PONG longer than 125 bytes");
  }

  @Test
  void refusesFragmentsOutOfOrder() {
    assertRefuses("808000000000", 1002, "continuation without a message");
    assertRefuses("008000000000", 1002, "continuation without a message");
    assertRefuses("018000000000" + "818000000000", 1002, "expected a continuation, got a new TEXT");
    assertRefuses("028000000000" + "028000000000", 1002, "expected a continuation");
  }

  @Test
  void refusesALengthWithItsHighestBitSet() {
    assertRefuses("82ffffffffffffffffff", 1002, "length with its highest bit set");
    assertRefuses("82ff8000000000000000", 1002, "length with its highest bit set");
  }

  @Test
  void refusesALongFrameBeforeItsPayload() {
    assertRefuses("82ff0000000040000000", 1009, "frame of 1073741824 bytes");
    assertRefuses("82ff7fffffffffffffff", 1009, "frame of 9223372036854775807 bytes");
  }

  @Test
  void refusesFragmentsThatAreTooLongTogether() {
    byte[] fragments =
        RawClient.join(
            RawClient.frame(false, Opcode.BINARY, new byte[40_000]),
            RawClient.frame(true, Opcode.CONTINUATION, new byte[40_000]));
    assertRefuses(fragments, 1009, "message of 80000 bytes, at most 70000 allowed");
  }

  @Test
  void refusesTextThatIsNotUtf8AtItsFirstWrongByte() {
    // The frame announces 20 bytes; its second byte is wrong, and the rest never comes.
    assertRefuses("8194" + "00000000" + "48ff", 1007, "text message is not UTF-8");
    assertRefuses("8194" + "00000000" + "eda0", 1007, "text message is not UTF-8");
  }

  @Test
  void refusesTextThatEndsInsideACharacter() {
    assertRefuses("8182" + "00000000" + "e282", 1007, "text message is not UTF-8");
    assertRefuses(
        RawClient.join(
            RawClient.frame(false, Opcode.TEXT, new byte[] {(byte) 0xE2}),
            RawClient.frame(true, Opcode.CONTINUATION, new byte[] {(byte) 0x82})),
        1007,
        "text message is not UTF-8");
  }

  @Test
  void refusesAWrongByteInALaterFragment() {
    assertRefuses(
        RawClient.join(
            RawClient.frame(false, Opcode.TEXT, new byte[] {(byte) 0xE2}),
            RawClient.frame(false, Opcode.CONTINUATION, new byte[] {'x'})),
        1007,
        "text message is not UTF-8");
  }

  @Test
  void takesBinaryThatIsNotUtf8() throws Exception {
    assertReads("8281" + "00000000" + "ff", "binary 1");
  }

  @Test
  void readsCloseFrames() throws Exception {
    assertReads("888000000000", "close 1005 ");
    for (int code : new int[] {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999}) {
      assertReads(RawClient.close(code, "why"), "close " + code + " why");
    }
  }

  @Test
  void refusesCloseFramesOfOneByteAndCodesThatMayNotBeSent() {
    assertRefuses("8881" + "00000000" + "03", 1002, "close frame of 1 byte");
    for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000}) {
      byte[] payload = {(byte) (code >> 8), (byte) code};
      assertRefuses(
          RawClient.frame(true, Opcode.CLOSE, payload), 1002, "close code " + code + " may not");
    }
  }

  @Test
  void refusesACloseReasonThatIsNotUtf8() {
    assertRefuses("8883" + "00000000" + "03e8ff", 1007, "close reason is not UTF-8");
  }

  @Test
  void ignoresWhatFollowsACloseFrame() throws Exception {
    assertReads(RawClient.join(RawClient.close(1000, ""), bytes("ffff")), "close 1000 ");
  }

  @Test
  void saysSinceWhenAFrameIsIncomplete() throws Exception {
    AtomicLong now = new AtomicLong(5);
    MessageReader reader = new MessageReader(Role.SERVER, LIMIT, now::getAndIncrement);
    ScriptedStream stream =
        new ScriptedStream().bytes(bytes("81")).bytes(bytes("8100000000")).bytes(bytes("4181"));
    InputBuffer input = new InputBuffer();
    assertEquals(MessageReader.NONE, reader.frameMoved());
    for (long began : new long[] {5, 5, 6}) {
      input.fill(stream);
      reader.read(input, sink);
      assertEquals(began, reader.frameMoved());
    }
    assertEquals("text A", sink.events().remove());
  }

  private void assertReads(String hex, String... expected) throws Exception {
    assertReads(bytes(hex), expected);
  }

  private void assertReads(byte[] bytes, String... expected) throws Exception {
    sink.events().clear();
    assertEquals(0, read(new MessageReader(Role.SERVER, LIMIT, () -> 0), bytes));
    assertEquals(List.of(expected), List.copyOf(sink.events()));
    sink.events().clear();
    assertEquals(0, readOneByOne(bytes));
    assertEquals(List.of(expected), List.copyOf(sink.events()));
  }

  private void assertRefuses(String hex, int code, String words) {
    assertRefuses(bytes(hex), code, words);
  }

  private void assertRefuses(byte[] bytes, int code, String words) {
    for (boolean whole : new boolean[] {true, false}) {
      WsViolation refused =
          assertThrows(
              WsViolation.class,
              () -> {
                if (whole) {
                  read(new MessageReader(Role.SERVER, LIMIT, () -> 0), bytes);
                } else {
                  readOneByOne(bytes);
                }
              },
              words);
      assertEquals(code, refused.code());
      assertTrue(refused.getMessage().startsWith(words), refused.getMessage());
    }
  }

  /** Reads everything at once; gives the number of bytes left over, but for those after a close. */
  private int read(MessageReader reader, byte[] bytes) throws IOException, WsViolation {
    return pump(reader, new ScriptedStream().bytes(bytes));
  }

  private int readOneByOne(byte[] bytes) throws IOException, WsViolation {
    return pump(
        new MessageReader(Role.SERVER, LIMIT, () -> 0), new ScriptedStream().oneByOne(bytes));
  }

  private int pump(MessageReader reader, ScriptedStream stream) throws IOException, WsViolation {
    InputBuffer input = new InputBuffer();
    while (!reader.isClosed() && input.fill(stream) >= 0) {
      reader.read(input, sink);
    }
    if (!reader.isClosed()) {
      assertFalse(reader.frameMoved() != MessageReader.NONE, "expected no frame to be left over");
    }
    return reader.isClosed() ? 0 : input.available();
  }

  private static byte[] frame(boolean fin, Opcode opcode, String text) {
    return RawClient.frame(fin, opcode, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
