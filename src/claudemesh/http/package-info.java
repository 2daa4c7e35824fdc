/**
 * A blocking HTTP/1.1 server on TCP and Unix sockets, the server side of WebSocket (RFC 6455) and
 * of server-sent events, one virtual thread a connection, and a small client for Unix sockets. It
 * moves requests and texts and knows nothing of what they mean.
 *
 * <p>The layers, from the wire up; no type knows more than its neighbours:
 *
 * <pre>
 *   ByteStream, InputBuffer          bytes of one connection
 *   RequestReader   FrameReader      bytes → request head and body; bytes → frame headers
 *   HttpExchange    MessageReader    one request, one answer; frames → whole, valid messages
 *   HttpConnection  WsConnection     the loop of one connection; EventStream is a third
 *   Listener                         accepts: TCP, TLS or a Unix socket
 *   HttpServer                       gives each connection a thread, and tells it the time
 * </pre>
 */
package claudemesh.http;
