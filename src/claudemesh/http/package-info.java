/**
 * A blocking HTTP/1.1 server and the server side of WebSocket (RFC 6455), one virtual thread a
 * connection. It moves requests and texts and knows nothing of what they mean.
 *
 * <p>The layers, from the wire up; no type knows more than its neighbours:
 *
 * <pre>
 *   ByteStream, InputBuffer          bytes of one connection
 *   RequestReader   FrameReader      bytes → request head and body; bytes → frame headers
 *   HttpExchange    MessageReader    one request, one answer; frames → whole, valid messages
 *   HttpConnection  WsConnection     the loop of one connection
 *   HttpServer                       accepts, and tells every connection the time
 * </pre>
 */
package claudemesh.http;
