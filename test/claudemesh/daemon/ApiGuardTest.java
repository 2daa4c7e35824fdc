package claudemesh.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.http.HttpHeaders;
import claudemesh.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApiGuardTest {

  private static final ApiGuard UNIX = ApiGuard.ofUnixSocket();
  private static final ApiGuard TCP = ApiGuard.ofTcp("the-secret");

  private static String refusal(ApiGuard guard, String... headers) {
    return refusal(guard, Map.of(), headers);
  }

  private static String refusal(
      ApiGuard guard, Map<String, List<String>> query, String... headers) {
    HttpRequest request =
        new HttpRequest(
            "GET", "/v1/health", query, HttpHeaders.of(List.of(headers)), "", "127.0.0.1:1");
    return guard
        .refusal(request)
        .map(reply -> reply.status() + " " + reply.body().string("error"))
        .orElse("let through");
  }

  @Test
  void overTheUnixSocketNothingIsShown() {
    assertEquals("let through", refusal(UNIX, "Host", "localhost"));
    assertEquals("let through", refusal(UNIX));
    assertEquals("let through", refusal(UNIX, "Authorization", "whatever"));
  }

  @Test
  void overTcpTheSecretIsShown() {
    assertEquals("401 missing bearer token", refusal(TCP));
    assertEquals(
        "401 missing bearer token", refusal(TCP, "Authorization", "ClaudeMesh-Session abc"));
    assertEquals("401 invalid bearer token", refusal(TCP, "Authorization", "Bearer the-secre"));
    assertEquals("401 invalid bearer token", refusal(TCP, "Authorization", "Bearer the-secrets"));
    assertEquals("401 missing bearer token", refusal(TCP, "Authorization", "Bearer "));
    assertEquals("let through", refusal(TCP, "Authorization", "Bearer the-secret"));
    assertEquals("let through", refusal(TCP, "authorization", "bearer  the-secret"));
  }

  @Test
  void aPageOfTheWebGetsNowhere() {
    String[] good = {"Authorization", "Bearer the-secret"};
    assertEquals("403 forbidden origin", refusal(UNIX, "Origin", "http://localhost"));
    assertEquals("403 forbidden origin", refusal(UNIX, "Origin", ""));
    assertEquals("403 forbidden host", refusal(TCP, good[0], good[1], "Host", "evil.com"));
  }

  @Test
  void onlyNamesOfThisMachineAreHosts() {
    for (String host :
        List.of(
            "localhost",
            "LOCALHOST:80",
            "127.0.0.1",
            "127.0.0.1:47823",
            "[::1]",
            "[::1]:1",
            "::1",
            "")) {
      assertTrue(ApiGuard.isLoopback(host), host);
    }
    for (String host :
        List.of(
            "evil.com",
            "evil.com:80",
            "localhost.evil.com",
            "127.0.0.1.evil.com",
            "localhost:evil.com",
            "localhost:80:80",
            "128.0.0.1",
            "[::2]",
            ":80")) {
      assertFalse(ApiGuard.isLoopback(host), host);
    }
  }

  @Test
  void aTokenInTheQueryIsRefusedWhateverElseIsRight() {
    Map<String, List<String>> query = Map.of("token", List.of(""));
    String said = "400 token must be in Authorization header, not query string";
    assertEquals(said, refusal(UNIX, query));
    assertEquals(said, refusal(TCP, query, "Authorization", "Bearer the-secret"));
  }
}
