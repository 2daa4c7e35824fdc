package claudemesh.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A connection whose peer is a script: each read takes the next step, which brings bytes or does
 * something first, such as letting time pass. After the last step the peer has finished.
 */
final class ScriptedStream implements ByteStream {

  private interface Step {
    byte[] run();
  }

  private final Deque<Step> steps = new ArrayDeque<>();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private byte[] unread = new byte[0];
  private boolean inputShut;
  private boolean closed;
  private boolean aborted;
  private Runnable beforeWrite = () -> {};
  private int writes;

  ScriptedStream bytes(byte[] bytes) {
    steps.add(() -> bytes);
    return this;
  }

  ScriptedStream text(String latin1) {
    return bytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  ScriptedStream oneByOne(byte[] bytes) {
    for (byte unit : bytes) {
      bytes(new byte[] {unit});
    }
    return this;
  }

  /** Does something while the server waits for more. */
  ScriptedStream meanwhile(Runnable action) {
    steps.add(
        () -> {
          action.run();
          return new byte[0];
        });
    return this;
  }

  void beforeWrite(Runnable action) {
    beforeWrite = action;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    while (unread.length == 0 && !inputShut && !closed && !steps.isEmpty()) {
      unread = steps.remove().run();
    }
    if (closed) {
      throw new IOException("closed");
    }
    if (inputShut || unread.length == 0) {
      return -1;
    }
    int count = Math.min(length, unread.length);
    System.arraycopy(unread, 0, target, offset, count);
    byte[] rest = new byte[unread.length - count];
    System.arraycopy(unread, count, rest, 0, rest.length);
    unread = rest;
    return count;
  }

  @Override
  public int available() {
    return unread.length;
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    beforeWrite.run();
    if (closed) {
      throw new IOException("closed");
    }
    writes++;
    written.write(source, offset, length);
  }

  @Override
  public void shutdownInput() {
    inputShut = true;
  }

  @Override
  public void shutdownOutput() {}

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public void abort() {
    aborted = true;
    closed = true;
  }

  @Override
  public String remoteAddress() {
    return "script:1";
  }

  byte[] written() {
    return written.toByteArray();
  }

  String writtenText() {
    return written.toString(StandardCharsets.ISO_8859_1);
  }

  int writes() {
    return writes;
  }

  boolean isClosed() {
    return closed;
  }

  boolean isAborted() {
    return aborted;
  }
}
