package claudemesh.lifecycle;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;

/**
 * Words and kinds for the network's exceptions. Many of the JDK's have no message at all, so they
 * are told apart by type, over the whole chain of causes. Pure.
 */
final class NetworkWords {

  private NetworkWords() {}

  /** What happened, for people. */
  static String of(Throwable failure) {
    Throwable root = unwrap(failure);
    if (isOutOfFiles(root)) { // the JDK's client tells it as a connection refused
      return "this process has as many files and connections open as it may: raise its limit"
          + " (ulimit -n; LimitNOFILE= of a systemd unit)";
    }
    if (isDns(root)) {
      return "the host's name has no address";
    }
    if (has(root, e -> e instanceof ConnectException)) {
      return "connection refused: nothing listens there, or a firewall is in between";
    }
    String message = root.getMessage();
    return root.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  private static boolean isOutOfFiles(Throwable failure) {
    return has(
        failure,
        e ->
            e instanceof IOException
                && String.valueOf(e.getMessage()).contains("Too many open files"));
  }

  static boolean isDns(Throwable failure) {
    return has(
        failure, e -> e instanceof UnknownHostException || e instanceof UnresolvedAddressException);
  }

  static boolean isTimeout(Throwable failure) {
    return has(
        failure,
        e -> e instanceof HttpConnectTimeoutException || e instanceof HttpTimeoutException);
  }

  static boolean isUntrusted(Throwable failure) {
    return has(
        failure,
        e ->
            e instanceof CertificateException
                || e instanceof CertPathValidatorException
                || e instanceof CertPathBuilderException);
  }

  static boolean isTls(Throwable failure) {
    return has(failure, e -> e instanceof SSLException);
  }

  static <T extends Throwable> T find(Throwable failure, Class<T> type) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (type.isInstance(e)) {
        return type.cast(e);
      }
    }
    return null;
  }

  private static boolean has(Throwable failure, Predicate<Throwable> is) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (is.test(e)) {
        return true;
      }
    }
    return false;
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable e = failure;
    while ((e instanceof CompletionException || e instanceof ExecutionException)
        && e.getCause() != null) {
      e = e.getCause();
    }
    return e;
  }
}
