package claudemesh.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** What is refused before anything starts, and what the public API leaves out. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OptionsTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final WsOptions.Builder<Json> options =
      WsOptions.json("ws://fake.test/").transport(new FakeTransport(new Scene()));

  private static String refusal(Executable building) {
    return assertThrows(IllegalArgumentException.class, building).getMessage();
  }

  @Test
  void L25_aBadAddressIsRefusedBeforeAnythingStarts() {
    List<String> bad =
        List.of(
            "htp://host/",
            "http://host/",
            "https://host",
            "host:80",
            "",
            "ws:",
            "ws://",
            "wss:///x",
            "ws://a b/",
            "ws://host/#fragment",
            "ws://user:secret@host/",
            "ws://host:port/",
            "::",
            "/ws");
    for (String address : bad) {
      String message = refusal(() -> WsOptions.json(address));
      assertTrue(message.contains("address"), address + ": " + message);
      assertFalse(message.contains("secret"), message);
    }
    for (String good :
        List.of("ws://h", "WSS://h:1/p?q=1", "wss://[::1]:443/ws", "ws://1.2.3.4/")) {
      WsOptions.json(good);
    }
  }

  @Test
  void L26_headersThatCannotBeSentAreRefused() {
    for (String name : List.of("", "a b", "a:b", "é", "a\n", "Host", "connection", "UPGRADE")) {
      assertTrue(refusal(() -> options.header(name, "x")).contains("header"), name);
    }
    for (String name : List.of("Sec-WebSocket-Key", "sec-websocket-extensions", "Content-Length")) {
      assertTrue(refusal(() -> options.header(name, "x")).contains(name));
    }
    for (String value : List.of("a\r\nb", "\0", "a\nb", "é")) {
      assertTrue(refusal(() -> options.header("X", value)).contains("X"));
    }
    options.header("Authorization", "Bearer abc").header("X", "").header("X", "\tok").build();
  }

  @Test
  void L28_anEmptyBackoffScheduleIsRefused() {
    assertTrue(refusal(() -> options.backoff(List.of())).contains("at least one"));
    refusal(() -> options.backoff(List.of(SECOND, SECOND.negated())));
    options.backoff(List.of(Duration.ZERO)).build();
  }

  @Test
  void L28_everyDurationAndLimitIsChecked() {
    for (Duration bad : List.of(Duration.ZERO, SECOND.negated())) {
      List<Executable> settings =
          List.of(
              () -> options.attemptTimeout(bad),
              () -> options.ackTimeout(bad),
              () -> options.stable(bad),
              () -> options.slowRetry(bad),
              () -> options.retryAfterLimit(bad),
              () -> options.liveness(bad, SECOND),
              () -> options.liveness(SECOND, bad),
              () -> options.probeTimeout(bad),
              () -> options.writeTimeout(bad),
              () -> options.closeTimeout(bad));
      settings.forEach(setting -> assertTrue(refusal(setting).contains("must be positive")));
    }
    for (int bad : new int[] {0, -1}) {
      refusal(() -> options.inboundLimit(bad));
      refusal(() -> options.outboundLimit(bad, 1));
      refusal(() -> options.outboundLimit(1, bad));
    }
  }

  @Test
  void L28_aDurationNoClockCanCountIsRefused() {
    Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
    refusal(() -> options.attemptTimeout(endless));
    refusal(() -> options.backoff(List.of(endless)));
  }

  @Test
  void optionsAreCheckedAgainstEachOther() {
    refusal(() -> options.liveness(SECOND, SECOND).build());
    refusal(() -> options.liveness(SECOND, SECOND.plusNanos(1)).ack(Scene::classify).build());
  }

  @Test
  void theTransportMayRefuseAnAddress() {
    Transport fussy =
        new Transport() {
          @Override
          public Connection connect(Request request, claudemesh.time.Deadline deadline) {
            throw new AssertionError("nothing may start");
          }

          @Override
          public void requireReachableInPrinciple(java.net.URI uri) {
            throw new IllegalArgumentException("not there");
          }
        };
    assertEquals("not there", refusal(() -> options.transport(fussy).build()));
  }

  @Test
  void theDefaultsAreTheDocumentedOnes() {
    WsOptions<Json> defaults = options.build();
    assertEquals(Duration.ofSeconds(5), defaults.ackTimeout);
    assertEquals(Stream.of(1, 2, 4, 8, 16, 30).map(Duration::ofSeconds).toList(), defaults.backoff);
    assertEquals(Duration.ofSeconds(30), defaults.stable);
    assertEquals(Duration.ofMinutes(5), defaults.retryAfterLimit);
    assertEquals(Duration.ofSeconds(30), defaults.pingInterval);
    assertEquals(Duration.ofSeconds(75), defaults.silenceLimit);
    assertEquals(Duration.ofSeconds(10), defaults.writeTimeout);
    assertEquals(Duration.ofSeconds(2), defaults.closeTimeout);
    assertEquals(1 << 20, defaults.inboundLimit);
    assertEquals(8 << 20, defaults.outboundBytes);
    assertEquals(10_000, defaults.outboundMessages);
    assertEquals(Map.of(), defaults.headers);
    assertEquals(Optional.empty(), defaults.hello);
  }

  @Test
  void L23_nothingThatCallersGetLeadsToTheRawSocket() {
    List<Class<?>> handed =
        List.of(
            WsLifecycle.class,
            WsListener.class,
            WsOptions.class,
            WsOptions.Builder.class,
            StatusChange.class,
            Disconnect.class,
            NotOpenException.class,
            SendRefusedException.class,
            JdkTransport.class);
    List<Class<?>> raw =
        List.of(
            Transport.Connection.class,
            Attempt.class,
            Outbound.class,
            WebSocket.class,
            HttpClient.class,
            Socket.class,
            Channel.class);
    List<String> leaks = new ArrayList<>();
    for (Class<?> type : handed) {
      // A transport's whole purpose is to make connections; callers of a lifecycle have none.
      publicMembers(type)
          .filter(member -> !(type == JdkTransport.class && member.contains(".connect(")))
          .filter(member -> raw.stream().anyMatch(hidden -> member.contains(hidden.getName())))
          .forEach(leaks::add);
    }
    assertEquals(List.of(), leaks);
  }

  private static Stream<String> publicMembers(Class<?> type) {
    Stream<String> methods =
        Arrays.stream(type.getDeclaredMethods())
            .filter(method -> isVisible(method.getModifiers()))
            .map(Method::toGenericString);
    Stream<String> fields =
        Arrays.stream(type.getDeclaredFields())
            .filter(field -> isVisible(field.getModifiers()))
            .map(Field::toGenericString);
    Stream<String> parents =
        Stream.concat(
                Stream.of(type.getGenericInterfaces()),
                Stream.ofNullable(type.getGenericSuperclass()))
            .map(Type::getTypeName);
    return Stream.of(methods, fields, parents).flatMap(all -> all);
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }
}
