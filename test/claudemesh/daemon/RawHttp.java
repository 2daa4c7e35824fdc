package claudemesh.daemon;

import claudemesh.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One request written out in full, as no well-behaved client would let a test write it. */
record RawHttp(SocketAddress to, String method, String target, List<String> headers, String body) {

  /** An answer. */
  record Answer(int status, String head, String text) {
    Json json() {
      return Json.parseObject(text);
    }
  }

  static RawHttp unix(Path socket, String method, String target) {
    return new RawHttp(
        UnixDomainSocketAddress.of(socket), method, target, List.of("Host: localhost"), "");
  }

  static RawHttp tcp(int port, String method, String target) {
    return new RawHttp(
        new InetSocketAddress("127.0.0.1", port),
        method,
        target,
        List.of("Host: 127.0.0.1:" + port),
        "");
  }

  RawHttp with(String header) {
    List<String> all = new ArrayList<>(headers);
    if (header.startsWith("Host:")) {
      all.removeIf(each -> each.startsWith("Host:"));
    }
    all.add(header);
    return new RawHttp(to, method, target, all, body);
  }

  RawHttp withBody(String text) {
    return new RawHttp(to, method, target, headers, text);
  }

  Answer ask() throws IOException {
    StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    headers.forEach(header -> request.append(header).append("\r\n"));
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    request.append("Connection: close\r\nContent-Length: ").append(bytes.length);
    request.append("\r\n\r\n").append(body);
    try (SocketChannel channel = SocketChannel.open(to)) {
      ByteBuffer out = StandardCharsets.UTF_8.encode(request.toString());
      while (out.hasRemaining()) {
        channel.write(out);
      }
      return answer(channel);
    }
  }

  private static Answer answer(SocketChannel channel) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer in = ByteBuffer.allocate(8_192);
    while (channel.read(in) >= 0) {
      all.write(in.array(), 0, in.position());
      in.clear();
    }
    String[] parts = all.toString(StandardCharsets.UTF_8).split("\r\n\r\n", 2);
    return new Answer(Integer.parseInt(parts[0].split(" ")[1]), parts[0], parts[1]);
  }
}
