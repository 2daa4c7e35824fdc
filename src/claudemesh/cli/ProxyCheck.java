package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.lifecycle.HttpAnswer;
import claudemesh.lifecycle.NamedProxy;
import claudemesh.lifecycle.Way;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.util.Optional;

/**
 * {@code proxy}: which one stands in the way, which variable names it, and whether it lets us
 * through to the broker.
 */
final class ProxyCheck implements Check {

  private static final int LET_THROUGH = 200;
  private static final int OTHER_CREDENTIALS = 407;

  private final MeshExam exam;

  ProxyCheck(MeshExam exam) {
    this.exam = exam;
  }

  @Override
  public String name() {
    return "proxy";
  }

  @Override
  public Finding look(Deadline deadline) throws InterruptedException {
    Optional<NamedProxy> proxy;
    try {
      proxy = exam.way().proxy();
    } catch (IllegalArgumentException e) {
      return Finding.fail(
          ExitCode.UNREACHABLE,
          e.getMessage(),
          "name an HTTP proxy as http://host:port in https_proxy or http_proxy, or list "
              + exam.way().host()
              + " in no_proxy");
    }
    return proxy.isEmpty() ? straight() : through(proxy.get(), deadline);
  }

  private Finding straight() {
    Optional<String> excepted = exam.way().exceptedFrom();
    String host = exam.way().host();
    return Finding.ok(
            excepted
                .map(
                    name ->
                        "none: no_proxy lists " + host + ", so the one in " + name + " is not used")
                .orElse("none: the environment names none"))
        .with(Json.object().put("used", false));
  }

  private Finding through(NamedProxy proxy, Deadline deadline) throws InterruptedException {
    String what = proxy.host() + ":" + proxy.port() + ", named by " + proxy.variable();
    Json.Builder figures =
        Json.object()
            .put("used", true)
            .put("host", proxy.host())
            .put("port", proxy.port())
            .put("variable", proxy.variable());
    try {
      exam.goBy(exam.way().by(Way.resolve(proxy.host(), deadline).getFirst()));
      HttpAnswer answer = exam.way().tunnel(deadline);
      figures.put("status", answer.status());
      return judge(proxy, what, answer).with(figures);
    } catch (IOException e) {
      return Finding.fail(
              ExitCode.UNREACHABLE,
              what + ": " + e.getMessage(),
              "start that proxy, put the right one in "
                  + proxy.variable()
                  + ", or unset it and go straight")
          .with(figures);
    }
  }

  private Finding judge(NamedProxy proxy, String what, HttpAnswer answer) {
    String target = exam.way().host() + ":" + exam.way().port();
    if (answer.status() == LET_THROUGH) {
      return Finding.ok(what + ", lets us through to " + target);
    }
    String said = what + ", answered " + answer.words();
    if (answer.status() == OTHER_CREDENTIALS) {
      return Finding.fail(
          ExitCode.UNREACHABLE,
          said,
          "put "
              + (proxy.identifies() ? "other" : "your")
              + " credentials in "
              + proxy.variable()
              + " as http://user:password@"
              + proxy.host()
              + ":"
              + proxy.port());
    }
    return Finding.fail(
        ExitCode.UNREACHABLE,
        said + " for " + target,
        "ask whoever runs the proxy to let "
            + target
            + " through, or list "
            + exam.way().host()
            + " in no_proxy if it can be reached without");
  }
}
