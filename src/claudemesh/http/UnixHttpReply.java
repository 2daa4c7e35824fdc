package claudemesh.http;

/**
 * A whole answer.
 *
 * @param status the status code
 * @param headers the header fields
 * @param body the body's text; what is not UTF-8 in it is replaced
 */
public record UnixHttpReply(int status, HttpHeaders headers, String body) {}
