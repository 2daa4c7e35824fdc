package claudemesh.cli;

import claudemesh.json.Json;
import claudemesh.lifecycle.TlsFacts;
import claudemesh.time.Deadline;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/**
 * {@code tls}: the handshake; whom the server's certificate is made out to, by whom and until when;
 * whether this machine trusts it, with {@code --ca} as with the system's own authorities.
 */
final class TlsCheck implements Check {

  private static final Duration SOON = Duration.ofDays(14);
  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d+){3}|::1");
  private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=((?:[^,\\\\]|\\\\.)*)");

  private final MeshExam exam;

  TlsCheck(MeshExam exam) {
    this.exam = exam;
  }

  @Override
  public String name() {
    return "tls";
  }

  @Override
  public List<String> needs() {
    return List.of("proxy", "tcp");
  }

  @Override
  public Finding look(Deadline deadline) throws CliException {
    if (!exam.way().isSecure()) {
      return plain();
    }
    try {
      TlsFacts facts = exam.way().secure(deadline);
      return judge(facts, Instant.now()).with(figures(facts));
    } catch (IOException e) {
      return Finding.fail(
          ExitCode.UNREACHABLE,
          "no connection for the handshake: " + e.getMessage(),
          "run doctor again: there was one a moment ago");
    } catch (IllegalArgumentException e) { // a file that --ca or --client-cert names
      throw new CliException(ExitCode.FAILED, e.getMessage(), e);
    }
  }

  private Finding plain() {
    return LOOPBACK.matcher(exam.way().host()).matches()
        ? Finding.skipped("a ws: address has no TLS, and this broker is on this machine")
        : Finding.warn(
            "a ws: address has no TLS: whoever is on the way can read what is not sealed, and pose"
                + " as the broker",
            "give the broker a certificate (--tls-cert, --tls-key) and put wss: into brokerUrl");
  }

  private Finding judge(TlsFacts facts, Instant now) {
    String words = certificate(facts, now);
    if (facts.trouble().isPresent()) {
      TlsFacts.Trouble trouble = facts.trouble().get();
      String shown = words.isEmpty() ? "" : "; " + words;
      return Finding.fail(
          ExitCode.UNREACHABLE, trouble.words() + shown, advice(trouble.kind(), facts));
    }
    String all = facts.protocol() + ", " + words;
    Duration left = Duration.between(now, expiry(facts));
    if (left.compareTo(SOON) > 0) {
      return Finding.ok(all);
    }
    return Finding.warn(
        all,
        left.isNegative()
            ? "renew it: it is past its time, and passes only because --ca names it"
            : "renew the broker's certificate, or see why its renewal does not come");
  }

  private String advice(TlsFacts.Kind kind, TlsFacts facts) {
    return switch (kind) {
      case EXPIRED ->
          "renew the broker's certificate; if that date is not past, set this machine's clock";
      case NOT_YET_VALID ->
          "set this machine's clock; if it is right, the certificate was made by one that is not";
      case UNTRUSTED ->
          "name the CA that signed it with --ca FILE"
              + (facts.chain().size() == 1
                  ? "; if a public CA did, let the broker send the certificates between (--tls-cert"
                      + " with the whole chain)"
                  : "");
      case OTHER_HOST ->
          "put a name that the certificate has into brokerUrl, or make one out to "
              + exam.way().host();
      case NO_HANDSHAKE ->
          "see whether brokerUrl should begin with ws: and not wss:, or has the port of something"
              + " else; a firewall may cut TLS too";
    };
  }

  // ── words and figures ────────────────────────────────────────────────────────────────────────

  private static String certificate(TlsFacts facts, Instant now) {
    if (facts.chain().isEmpty()) {
      return "";
    }
    X509Certificate own = facts.chain().getFirst();
    Instant expiry = expiry(facts);
    long days = Duration.between(now, expiry).toDays();
    return "certificate of "
        + name(own.getSubjectX500Principal())
        + ", signed by "
        + name(own.getIssuerX500Principal())
        + ", chain of "
        + facts.chain().size()
        + (expiry.isAfter(now) ? " good until " : " past its time since ")
        + expiry
        + (expiry.isAfter(now) ? ", " + days + " days" : "");
  }

  /** When the first certificate of the chain ends. */
  private static Instant expiry(TlsFacts facts) {
    return facts.chain().stream()
        .map(each -> each.getNotAfter().toInstant())
        .min(Comparator.naturalOrder())
        .orElse(Instant.MAX);
  }

  private static String name(X500Principal principal) {
    Matcher common = COMMON_NAME.matcher(principal.getName());
    return common.find() ? common.group(1) : principal.getName();
  }

  private static Json.Builder figures(TlsFacts facts) {
    List<Json> chain = new ArrayList<>();
    for (X509Certificate each : facts.chain()) {
      chain.add(
          Json.object()
              .put("subject", each.getSubjectX500Principal().getName())
              .put("issuer", each.getIssuerX500Principal().getName())
              .put("not_before", each.getNotBefore().toInstant().toString())
              .put("not_after", each.getNotAfter().toInstant().toString())
              .build());
    }
    return Json.object()
        .put("protocol", facts.protocol())
        .put("cipher", facts.cipher())
        .put("chain", Json.array(chain));
  }
}
