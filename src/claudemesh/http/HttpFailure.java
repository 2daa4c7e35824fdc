package claudemesh.http;

import java.util.Map;

/** A request that is refused: the answer's status, words and further header fields. */
final class HttpFailure extends Exception {

  private static final long serialVersionUID = 1;

  private final int status;
  private final transient Map<String, String> headers;

  HttpFailure(int status, String error) {
    this(status, error, Map.of());
  }

  HttpFailure(int status, String error, Map<String, String> headers) {
    super(error, null, false, false);
    this.status = status;
    this.headers = headers;
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }
}
