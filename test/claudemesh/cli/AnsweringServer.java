package claudemesh.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A server that is no broker: it answers each request head with what the test says, and ends. */
final class AnsweringServer implements AutoCloseable {

  private final ServerSocket listener;
  private final UnaryOperator<String> answers;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  private AnsweringServer(ServerSocket listener, UnaryOperator<String> answers) {
    this.listener = listener;
    this.answers = answers;
  }

  /**
   * Starts one.
   *
   * @param answers the bytes for a request head; null keeps the connection open without any
   */
  static AnsweringServer start(UnaryOperator<String> answers) throws IOException {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    AnsweringServer server = new AnsweringServer(listener, answers);
    Thread.ofVirtual().start(server::acceptAll);
    return server;
  }

  /** An answer of HTTP, with the fields and the body that are given. */
  static String http(String status, String fields, String body) {
    return "HTTP/1.1 "
        + status
        + "\r\n"
        + fields
        + "Content-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  String url() {
    return "ws://127.0.0.1:" + port() + "/ws";
  }

  int port() {
    return listener.getLocalPort();
  }

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> answer(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void answer(Socket socket) {
    try {
      String answer = answers.apply(head(socket));
      if (answer != null) {
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
        socket.shutdownOutput();
        socket.getInputStream().transferTo(ByteArrayOutputStream.nullOutputStream());
        socket.close();
      }
    } catch (IOException gone) {
      // The client went away, as it may.
    }
  }

  private static String head(Socket socket) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = socket.getInputStream().read();
      if (b < 0) {
        return head.toString(StandardCharsets.ISO_8859_1);
      }
      head.write(b);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
